#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/exchange.h"
#include "service/fault.h"

// What requests say, and how they are refused as distributed-locking-service refuses them.

namespace holdfast::api::rwlocks {

// An http::Dialect's.
int write_refusal(const service::Fault& fault, std::string& body);

// The text of one error: {"Error message": text}.
void write_error(std::string& body, std::string_view text);

// One request of a lock.
struct Ask {
  std::string lock_id;
  std::string process_id;  // empty where the route has none
  std::string key;         // of the lock
};

// The names in the path, the tenant and the parameters, all of which are looked at before the request is
// refused for them. A parameter is read where its route has it, and left alone when it is not given.
struct Parameters {
  std::optional<std::int64_t>* timeout_s = nullptr;
  bool* is_write_exclusive = nullptr;
};
service::Checked<Ask> read_ask(const http::Exchange& exchange, const Parameters& parameters);

// "rw/<tenant>/<lock id>"; the tenant with everything but letters, digits and -._~ as %XX, `_` when empty.
std::string key_of(std::string_view tenant, std::string_view lock_id);

// As the framework of the original reads a number and a truth value in a query.
std::optional<std::int64_t> read_number(std::string_view text);
std::optional<bool> read_truth(std::string_view text);

}  // namespace holdfast::api::rwlocks
