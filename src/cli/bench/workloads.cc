#include <utility>

#include "cli/bench/workload.h"

namespace holdfast::cli::bench {
namespace {

template <class W>
std::unique_ptr<Workload> make(Run& run, std::uint64_t number) {
  return std::make_unique<W>(run, number);
}

// Takes and releases keys that nobody else uses.
class Uncontended final : public Workload {
 public:
  using Workload::Workload;

  Step next() override {
    if (held_) return DoRelease{hold_};
    if (run().stopping) return DoFinish{};
    key_ = own_key();
    return DoAcquire{{.key = key_, .ttl_ms = run().settings.ttl_ms}, hold_};
  }
  void acquired(const Answer& answer) override {
    held_ = answer.done();
    if (!held_ || hold_.token == 0) return;
    if (hold_.token <= last_token_) ++run().totals.broken_tokens;
    last_token_ = hold_.token;
  }
  void released(const Answer& answer) override {
    held_ = false;
    if (answer.done()) run().count_operation();
  }

 private:
  std::string key_;
  Hold hold_;
  std::uint64_t last_token_ = 0;
  bool held_ = false;
};

// All clients want one key: wait, get it, release it.
class Handover final : public Workload {
 public:
  using Workload::Workload;

  Step next() override {
    if (held_) {
      run().release_sent_ns = run().now_ns;
      return DoRelease{hold_};
    }
    if (run().stopping) return DoFinish{};
    if (std::exchange(refused_, false)) return pause_before_retry();
    return DoAcquire{{.key = key_, .ttl_ms = run().settings.ttl_ms, .wait_ms = run().settings.wait_ms},
                     hold_};
  }
  void acquired(const Answer& answer) override {
    held_ = answer.done();
    refused_ = answer.refused;
    if (!held_) return;
    if (run().measuring) ++grants_;
    run().count_operation();
    check_token();
    // Only one that waited already when the key was let go was handed anything over.
    if (answer.since_ns < run().release_sent_ns) run().time(Timed::handover, run().release_sent_ns);
  }
  void released(const Answer&) override { held_ = false; }
  std::uint64_t grants() const override { return grants_; }

 private:
  // The next grant of a key comes after the release of the one before, which was sent from here.
  void check_token() {
    if (hold_.token == 0) return;
    if (hold_.token <= run().highest_token) ++run().totals.broken_tokens;
    run().highest_token = hold_.token;
  }

  const std::string key_ = key("handover", 0);
  Hold hold_;
  std::uint64_t grants_ = 0;
  bool held_ = false;
  bool refused_ = false;
};

// Renews leases of its own in turn.
class Renew final : public Workload {
 public:
  Renew(Run& run, std::uint64_t number) : Workload(run, number) { holds_.reserve(run.settings.leases); }

  Step next() override {
    if (run().stopping) {
      if (holds_.empty()) return DoFinish{};
      return DoRelease{holds_.back()};
    }
    if (!prepared()) {
      key_ = key("renew", number() * run().settings.leases + holds_.size());
      return DoAcquire{{.key = key_, .ttl_ms = run().settings.ttl_ms}, fresh_};
    }
    at_ = (at_ + 1) % holds_.size();
    return DoRenew{holds_[at_]};
  }
  void acquired(const Answer& answer) override {
    if (answer.done()) holds_.push_back(fresh_);
  }
  void renewed(const Answer& answer) override {
    if (answer.done()) run().count_operation();
  }
  void released(const Answer&) override { holds_.pop_back(); }
  bool prepared() const override { return holds_.size() == run().settings.leases; }

 private:
  std::string key_;
  Hold fresh_;
  std::vector<Hold> holds_;
  std::size_t at_ = 0;
};

// Takes locks and keeps them, all clients together as many as were asked for.
class HoldMany final : public Workload {
 public:
  using Workload::Workload;

  Step next() override {
    if (run().stopping || run().taken == run().settings.locks) return DoFinish{};
    key_ = key("hold", run().taken++);
    return DoAcquire{{.key = key_, .ttl_ms = run().settings.ttl_ms}, hold_};
  }
  void acquired(const Answer& answer) override {
    if (!answer.done()) return;
    run().count_operation();
    run().kept.push_back(hold_);
  }

 private:
  std::string key_;
  Hold hold_;
};

class LetGo final : public Workload {
 public:
  using Workload::Workload;

  Step next() override {
    if (run().stopping || run().kept.empty()) return DoFinish{};
    hold_ = std::move(run().kept.back());
    run().kept.pop_back();
    return DoRelease{hold_};
  }
  void acquired(const Answer&) override {}
  void released(const Answer& answer) override {
    if (answer.done()) run().count_operation();
  }

 private:
  Hold hold_;
};

}  // namespace

const WorkloadKind kUncontended{"uncontended", "pairs", make<Uncontended>};
const WorkloadKind kHandover{"handover", "grants", make<Handover>, false};
const WorkloadKind kRenew{"renew", "renewals", make<Renew>};
const WorkloadKind kHold{"hold", "locks", make<HoldMany>, true, true};
const WorkloadKind kLetGo{"let go", "locks", make<LetGo>, true, true};

}  // namespace holdfast::cli::bench
