#pragma once

#include <optional>
#include <string_view>

#include "api/http/json_writer.h"
#include "lock/reply.h"
#include "service/code.h"
#include "service/fault.h"

// Errors as RFC 9457 problem details: the one table from wire code to HTTP status, and the bodies.

namespace holdfast::api::http {

struct ProblemKind {
  service::Code code;
  int status = 0;
  std::string_view title;
};

const ProblemKind& problem_kind(service::Code code);

// How long a client should leave the server alone after this refusal, in whole seconds for Retry-After.
// Nothing where the status does not ask for it.
std::optional<std::uint64_t> retry_after_seconds(service::Code code, std::optional<lock::Millis> retry_after);

// Bodies; `revision` is the one they were decided at, `base_path` stands before the links.
void write_problem(JsonWriter& out, lock::Revision revision, const service::Fault& fault,
                   std::string_view base_path);
void write_problem(JsonWriter& out, lock::Revision revision, const lock::Refused& refused,
                   std::string_view base_path);

}  // namespace holdfast::api::http
