#pragma once

#include "cli/bench/dialect.h"

namespace holdfast::cli::bench {

// ACQUIRE, RENEW and RELEASE of a Holdfast server.
class HoldfastDialect final : public Dialect {
 public:
  bool queues() const override { return true; }
  bool shares() const override { return true; }
  void acquire(std::string& out, const Ask& ask, Hold& hold) override;
  void renew(std::string& out, const Hold& hold, std::int64_t ttl_ms) override;
  void release(std::string& out, const Hold& hold) override;
  std::string_view acquired(const Reply& reply, Hold& hold) override;
  std::string_view renewed(const Reply& reply) override;
  std::string_view released(const Reply& reply) override;
};

}  // namespace holdfast::cli::bench
