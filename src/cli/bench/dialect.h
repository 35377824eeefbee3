#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/bench/resp_reply.h"

namespace holdfast::cli::bench {

// What a client holds, as far as it needs to know in order to renew and release it.
struct Hold {
  std::string key;
  std::string handle;
  std::uint64_t token = 0;  // 0: the system gives none
};

struct Ask {
  std::string_view key;
  std::int64_t ttl_ms = 30'000;
  std::int64_t wait_ms = 0;
  bool shared = false;
};

// How a system that speaks the Redis protocol spells the verbs of a lock service. The load, its measuring and
// its report are the same for all of them; so that figures can be compared, a dialect does no more for each
// verb than its system's documentation tells clients to do.
class Dialect {
 public:
  virtual ~Dialect() = default;

  // Whether an acquire can wait in line. If not, whoever was refused asks again later.
  virtual bool queues() const = 0;
  // Whether there are shared holds.
  virtual bool shares() const = 0;

  // Each appends one command to `out`. An acquire fills in what of `hold` the client chooses itself.
  virtual void acquire(std::string& out, const Ask& ask, Hold& hold) = 0;
  virtual void renew(std::string& out, const Hold& hold, std::int64_t ttl_ms) = 0;
  virtual void release(std::string& out, const Hold& hold) = 0;

  // Each says what a reply came to: nothing when it was done, kHeld for a refusal, else the word of an error,
  // which lies in the reply or lives forever. An acquire that was granted completes `hold`.
  virtual std::string_view acquired(const Reply& reply, Hold& hold) = 0;
  virtual std::string_view renewed(const Reply& reply) = 0;
  virtual std::string_view released(const Reply& reply) = 0;

  static constexpr std::string_view kHeld = "HELD";
  static constexpr std::string_view kOddReply = "unexpected-reply";
};

// Appends a command as an array of bulk strings.
template <class... Parts>
void append_command(std::string& out, const Parts&... parts) {
  const auto append_part = [&out](std::string_view part) {
    out += '$';
    out += std::to_string(part.size());
    out += "\r\n";
    out += part;
    out += "\r\n";
  };
  out += '*';
  out += std::to_string(sizeof...(parts));
  out += "\r\n";
  (append_part(parts), ...);
}

}  // namespace holdfast::cli::bench
