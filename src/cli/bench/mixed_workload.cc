#include "cli/bench/workload.h"

namespace holdfast::cli::bench {
namespace {

// Of a hundred turns: what a service that many teams share sees, most of it uncontended.
constexpr std::uint64_t kRenewals = 20;
constexpr std::uint64_t kShared = 5;
constexpr std::uint64_t kContended = 5;  // the rest: pairs of own keys

// How many keys are wanted by all.
constexpr std::uint64_t kHotKeys = 4;

// Pairs of own keys, renewals of a lease of its own, shared holds, and waits for keys that others hold.
class Mixed final : public Workload {
 public:
  using Workload::Workload;

  Step next() override {
    if (held_) return DoRelease{hold_};
    if (run().stopping) return end();
    if (!prepared()) {
      key_ = key("standing", number());
      return acquire(standing_, 0, false);
    }
    if (refused_) {
      refused_ = false;
      return pause_before_retry();
    }
    return again_ ? acquire(hold_, run().settings.wait_ms, false) : turn();
  }

  void acquired(const Answer& answer) override {
    if (!standing_held_) {
      standing_held_ = answer.done();
      return;
    }
    held_ = answer.done();
    refused_ = again_ = answer.refused;
  }
  void renewed(const Answer& answer) override {
    if (answer.done()) run().count_operation();
  }
  void released(const Answer& answer) override {
    if (!held_) standing_held_ = false;
    held_ = false;
    if (answer.done()) run().count_operation();
  }
  bool prepared() const override { return standing_held_; }

 private:
  Step turn() {
    const std::uint64_t dice = random(100);
    if (dice < kRenewals) return DoRenew{standing_};
    if (dice < kRenewals + kShared && run().dialect.shares()) {
      key_ = key("shared", random(kHotKeys));
      return acquire(hold_, 0, true);
    }
    if (dice >= 100 - kContended) {
      key_ = key("hot", random(kHotKeys));
      return acquire(hold_, run().settings.wait_ms, false);
    }
    key_ = own_key();
    return acquire(hold_, 0, false);
  }

  Step end() {
    if (standing_held_) return DoRelease{standing_};
    return DoFinish{};
  }

  Step acquire(Hold& hold, std::int64_t wait_ms, bool shared) {
    return DoAcquire{{.key = key_, .ttl_ms = run().settings.ttl_ms, .wait_ms = wait_ms, .shared = shared},
                     hold};
  }

  std::string key_;
  Hold standing_;
  Hold hold_;
  bool standing_held_ = false;
  bool held_ = false;
  bool refused_ = false;  // a pause comes first
  bool again_ = false;    // key_ is still wanted
};

}  // namespace

const WorkloadKind kMixed{"mixed", "operations",
                          [](Run& run, std::uint64_t number) -> std::unique_ptr<Workload> {
                            return std::make_unique<Mixed>(run, number);
                          },
                          false};

}  // namespace holdfast::cli::bench
