#include "cli/bench/holdfast_dialect.h"

namespace holdfast::cli::bench {
namespace {

std::string_view word_of(const Reply& reply) {
  return reply.is_error() ? reply.error_word() : Dialect::kOddReply;
}

}  // namespace

void HoldfastDialect::acquire(std::string& out, const Ask& ask, Hold& hold) {
  hold.key = ask.key;
  const std::string ttl = std::to_string(ask.ttl_ms);
  const std::string_view mode = ask.shared ? "SHARED" : "EXCLUSIVE";
  if (ask.wait_ms == 0) {
    append_command(out, "ACQUIRE", ask.key, "TTL", ttl, mode);
  } else {
    append_command(out, "ACQUIRE", ask.key, "TTL", ttl, mode, "WAIT", std::to_string(ask.wait_ms));
  }
}

void HoldfastDialect::renew(std::string& out, const Hold& hold, std::int64_t ttl_ms) {
  append_command(out, "RENEW", hold.handle, std::to_string(ttl_ms));
}

void HoldfastDialect::release(std::string& out, const Hold& hold) {
  append_command(out, "RELEASE", hold.handle);
}

// handle, ttl_ms, waited_ms, revision, one fencing token
std::string_view HoldfastDialect::acquired(const Reply& reply, Hold& hold) {
  if (!reply.is_array || reply.values.size() != 5) return word_of(reply);
  hold.handle = reply.first().text;
  hold.token = static_cast<std::uint64_t>(reply.values[4].integer);
  return {};
}

std::string_view HoldfastDialect::renewed(const Reply& reply) {
  return reply.is_array ? std::string_view() : word_of(reply);
}

std::string_view HoldfastDialect::released(const Reply& reply) {
  const bool one =
      !reply.is_array && reply.first().kind == Value::Kind::integer && reply.first().integer == 1;
  return one ? std::string_view() : word_of(reply);
}

}  // namespace holdfast::cli::bench
