#include "redis_dialect.h"

#include <unistd.h>

#include <fmt/format.h>

#include "cli/bench/server_facts.h"

namespace holdfast::bench {
namespace {

using cli::bench::append_command;
using cli::bench::Ask;
using cli::bench::Hold;
using cli::bench::Reply;
using cli::bench::Value;

constexpr std::string_view kRelease =
    "local mine = redis.call('get', KEYS[1]) == ARGV[1]; return mine and redis.call('del', KEYS[1]) or 0";
constexpr std::string_view kRenew =
    "local mine = redis.call('get', KEYS[1]) == ARGV[1]; "
    "return mine and redis.call('pexpire', KEYS[1], ARGV[2]) or 0";

Result<std::string> load_script(const std::string& address, std::string_view script) {
  std::string command;
  append_command(command, "SCRIPT", "LOAD", script);
  return cli::bench::ask(address, command);
}

std::string_view word_of(const Reply& reply) {
  return reply.is_error() ? reply.error_word() : cli::bench::Dialect::kOddReply;
}

// What a script that found another value than the holder's answers.
std::string_view done_if_one(const Reply& reply) {
  const Value& value = reply.first();
  if (reply.is_array || value.kind != Value::Kind::integer) return word_of(reply);
  return value.integer == 1 ? std::string_view() : "GONE";
}

}  // namespace

Result<RedisDialect> RedisDialect::prepare(const std::string& address) {
  auto release = load_script(address, kRelease);
  if (!release) return release.error();
  auto renew = load_script(address, kRenew);
  if (!renew) return renew.error();
  return RedisDialect(std::move(*release), std::move(*renew));
}

// As long as the random value that the documentation recommends.
void RedisDialect::acquire(std::string& out, const Ask& ask, Hold& hold) {
  hold.key = ask.key;
  hold.handle = fmt::format("{:08x}{:032x}", ::getpid(), ++holds_);
  append_command(out, "SET", ask.key, hold.handle, "NX", "PX", std::to_string(ask.ttl_ms));
}

void RedisDialect::renew(std::string& out, const Hold& hold, std::int64_t ttl_ms) {
  append_command(out, "EVALSHA", renew_script_, "1", hold.key, hold.handle, std::to_string(ttl_ms));
}

void RedisDialect::release(std::string& out, const Hold& hold) {
  append_command(out, "EVALSHA", release_script_, "1", hold.key, hold.handle);
}

std::string_view RedisDialect::acquired(const Reply& reply, Hold&) {
  if (reply.is_array || reply.is_error()) return word_of(reply);
  return reply.first().kind == Value::Kind::nil ? kHeld : std::string_view();
}

std::string_view RedisDialect::renewed(const Reply& reply) {
  return done_if_one(reply);
}

std::string_view RedisDialect::released(const Reply& reply) {
  return done_if_one(reply);
}

}  // namespace holdfast::bench
