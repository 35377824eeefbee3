#include "history.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace holdfast::load {
namespace {

constexpr std::string_view kColumns =
    "client\tverb\tkey\tmode\trequest_id\tcall_ns\treturn_ns\tstatus\tcode\tlease\ttoken\trevision\twaited_"
    "ms\tttl_ms\twait_ms\texpires_in_ms\n";

// "-" keeps the columns visible where there is nothing to say.
std::string_view or_dash(std::string_view text) {
  return text.empty() ? "-" : text;
}

std::string_view lease_of(const Operation& operation, const Answer& answer) {
  if (!answer.lease_id.empty()) return answer.lease_id;
  return std::string_view(operation.lease).substr(0, operation.lease.find('.'));
}

}  // namespace

Result<History> History::create(const std::string& path) {
  std::ofstream out(path, std::ios::trunc);
  if (!out) return errno_error(path, errno);
  out << kColumns;
  return History(std::move(out));
}

void History::attempt(unsigned client, const Operation& operation, Times times, const Answer& answer) {
  const auto line = [&](std::string_view key, std::int64_t token) {
    out_ << fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", client,
                        name_of(operation.verb), or_dash(key), operation.shared ? "shared" : "exclusive",
                        or_dash(operation.request_id), times.call_ns, times.return_ns, answer.status,
                        or_dash(answer.code), or_dash(lease_of(operation, answer)), token, answer.revision,
                        answer.waited_ms, operation.ttl_ms, operation.wait_ms, answer.expires_in_ms);
  };
  if (answer.grants.empty()) {
    return line(operation.keys.empty() ? std::string_view() : operation.keys.front(), 0);
  }
  for (const std::string& key : operation.keys) {
    const auto grant = std::ranges::find(answer.grants, key, &Granted::key);
    line(key, grant == answer.grants.end() ? 0 : grant->token);
  }
}

void History::waiter(unsigned client, std::string_view key, Times times, std::int64_t revision,
                     std::string_view owner, std::int64_t waiter) {
  out_ << fmt::format("{}\tqueue\t{}\t-\t{}\t{}\t{}\t200\t-\t-\t{}\t{}\t0\t0\t0\t0\n", client, key,
                      or_dash(owner), times.call_ns, times.return_ns, waiter, revision);
}

void History::look(unsigned client, const Operation& operation, Times times, const Answer& answer) {
  out_ << fmt::format("{}\tget\t{}\t-\t-\t{}\t{}\t{}\t-\t{}\t0\t{}\t0\t0\t0\t0\n", client,
                      operation.keys.front(), times.call_ns, times.return_ns, answer.status,
                      or_dash(fmt::format("{}", fmt::join(answer.holders, ","))), answer.revision);
}

}  // namespace holdfast::load
