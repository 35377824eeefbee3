#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "cli/bench/dialect.h"

namespace holdfast::bench {

// Locks on one Redis server, as its documentation of distributed locks tells clients to do it: SET with NX
// and PX and a value that nobody else has; scripts that compare it before they delete or extend. Nobody can
// wait in line and there are no fencing tokens and no shared holds.
class RedisDialect final : public cli::bench::Dialect {
 public:
  // Loads the scripts into the server.
  static Result<RedisDialect> prepare(const std::string& address);

  bool queues() const override { return false; }
  bool shares() const override { return false; }
  void acquire(std::string& out, const cli::bench::Ask& ask, cli::bench::Hold& hold) override;
  void renew(std::string& out, const cli::bench::Hold& hold, std::int64_t ttl_ms) override;
  void release(std::string& out, const cli::bench::Hold& hold) override;
  std::string_view acquired(const cli::bench::Reply& reply, cli::bench::Hold& hold) override;
  std::string_view renewed(const cli::bench::Reply& reply) override;
  std::string_view released(const cli::bench::Reply& reply) override;

 private:
  RedisDialect(std::string release_script, std::string renew_script)
      : release_script_(std::move(release_script)), renew_script_(std::move(renew_script)) {}

  std::string release_script_;  // their digests, by which the server knows them
  std::string renew_script_;
  std::uint64_t holds_ = 0;
};

}  // namespace holdfast::bench
