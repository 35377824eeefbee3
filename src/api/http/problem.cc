#include "api/http/problem.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "api/http/lock_json.h"
#include "base/assert.h"

namespace holdfast::api::http {
namespace {

using service::Code;

constexpr std::array<ProblemKind, service::kCodeCount> kProblems{{
    {Code::invalid_argument, 400, "The request is not valid"},
    {Code::permission_denied, 403, "This is not allowed"},
    {Code::not_found, 404, "There is no such thing"},
    {Code::method_not_allowed, 405, "The method is not allowed here"},
    {Code::request_timeout, 408, "The request came too slowly"},
    {Code::held, 409, "The lock is held"},
    {Code::deadlock, 409, "Waiting would be a deadlock"},
    {Code::limit_mismatch, 409, "The lock has another limit"},
    {Code::request_id_reused, 409, "The request id was used for another request"},
    {Code::lock_delay, 409, "The lock is closed for a while"},
    {Code::already_held, 409, "The lease holds this lock already"},
    {Code::cancelled, 409, "The wait was cancelled"},
    {Code::in_use, 409, "The lock is in use"},
    {Code::lease_gone, 410, "The lease is gone"},
    {Code::compacted, 410, "The events are no longer kept"},
    {Code::stale_fence, 412, "The fencing token is stale"},
    {Code::etag_mismatch, 412, "The settings have changed"},
    {Code::too_large, 413, "The request is too large"},
    {Code::unsupported_media_type, 415, "The body must be JSON"},
    {Code::too_many_requests, 429, "There are too many requests"},
    {Code::header_too_large, 431, "The request header is too large"},
    {Code::no_leader, 503, "No server leads at the moment"},
    {Code::journal_unavailable, 503, "The journal cannot be written"},
    {Code::overloaded, 503, "The server is overloaded"},
    {Code::outcome_unknown, 503, "It is not known whether the request was carried out"},
}};

// How long to leave a busy server alone where nothing better is known.
constexpr lock::Millis kUsualRetry{1'000};

bool is_busy(Code code) {
  const int status = problem_kind(code).status;
  return status == 429 || status == 503;
}

void begin_problem(JsonWriter& out, Code code, std::string_view detail, std::string_view base_path) {
  const ProblemKind& kind = problem_kind(code);
  out.begin_object();
  out.member("type", fmt::format("{}/docs/problems#{}", base_path, service::name_of(code)));
  out.member("title", kind.title);
  out.member("status", static_cast<unsigned>(kind.status));
  out.member("detail", detail.empty() ? kind.title : detail);
  out.member("code", service::name_of(code));
}

void write_ended(JsonWriter& out, const lock::EndedInfo& ended) {
  out.member("ended_by", service::name_of(ended.how));
  if (!ended.by.empty()) out.member("by", ended.by);
  if (!ended.reason.empty()) out.member("reason", ended.reason);
}

bool is_about_others(Code code) {
  return code == Code::held || code == Code::deadlock || code == Code::lock_delay ||
         code == Code::limit_mismatch || code == Code::already_held || code == Code::in_use;
}

void write_obstacles(JsonWriter& out, const lock::Refused& refused) {
  out.key("holders");
  out.begin_array();
  for (const lock::HolderInfo& holder : refused.holders) write_holder(out, holder);
  out.end_array();
  out.member("holder_count", refused.holder_count);
  out.member("queue_length", refused.queue_length);
  out.key("blocked_by");
  out.begin_array();
  for (const lock::WaiterInfo& waiter : refused.blocked_by) write_waiter(out, waiter);
  out.end_array();
  if (refused.cycle.empty()) return;
  out.key("cycle");
  out.begin_array();
  for (const std::string& step : refused.cycle) out.text(step);
  out.end_array();
}

}  // namespace

const ProblemKind& problem_kind(Code code) {
  const ProblemKind& kind = kProblems[static_cast<std::size_t>(code)];
  HOLDFAST_ASSERT(kind.code == code);
  return kind;
}

std::optional<std::uint64_t> retry_after_seconds(Code code, std::optional<lock::Millis> retry_after) {
  if (!is_busy(code)) return std::nullopt;
  const std::int64_t ms = std::max<std::int64_t>(1, retry_after.value_or(kUsualRetry).count());
  return static_cast<std::uint64_t>((ms + 999) / 1'000);
}

void write_problem(JsonWriter& out, lock::Revision revision, const service::Fault& fault,
                   std::string_view base_path) {
  begin_problem(out, fault.code, fault.detail, base_path);
  if (!fault.field.empty()) out.member("field", fault.field);
  if (is_busy(fault.code)) out.member("retry_after_ms", kUsualRetry);
  out.member("revision", revision);
  out.end_object();
}

void write_problem(JsonWriter& out, lock::Revision revision, const lock::Refused& refused,
                   std::string_view base_path) {
  const Code code = service::code_of(refused.code);
  begin_problem(out, code, refused.detail, base_path);
  if (!refused.key.empty()) out.member("key", refused.key);
  if (is_about_others(code)) write_obstacles(out, refused);
  if (refused.ended) write_ended(out, *refused.ended);
  if (is_about_others(code) || refused.waited.count() > 0) out.member("waited_ms", refused.waited);
  if (is_busy(code)) {
    out.member("retry_after_ms", refused.retry_after.value_or(kUsualRetry));
  } else if (is_about_others(code) || refused.retry_after) {
    out.member("retry_after_ms", refused.retry_after);
  }
  out.member("revision", revision);
  out.end_object();
}

}  // namespace holdfast::api::http
