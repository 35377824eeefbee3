#include "workloads.h"

#include "contend_workload.h"
#include "mix_workload.h"
#include "observe_workload.h"
#include "workload_keys.h"

namespace holdfast::load {
namespace {

Operation release_of(std::string key, std::string handle, Client& client) {
  return {.verb = Verb::release,
          .keys = {std::move(key)},
          .lease = std::move(handle),
          .request_id = client.new_request_id()};
}

class Pairs final : public Workload {
 public:
  void next(Client& client) override {
    const Settings& settings = client.run().settings;
    if (!handle_.empty()) return client.perform(release_of(key_, std::exchange(handle_, {}), client));
    if (!client.run().take_one()) return client.finish();
    key_ = numbered_key(settings, "pairs", client.number() * settings.keys + client.random(settings.keys));
    client.perform({.verb = Verb::acquire,
                    .keys = {key_},
                    .ttl_ms = settings.ttl_ms,
                    .request_id = client.new_request_id()});
  }
  void answered(Client&, const Operation& operation, const Answer& answer, History::Times) override {
    if (operation.verb == Verb::acquire && answer.status == 200) handle_ = answer.handle;
  }

 private:
  std::string key_;
  std::string handle_;
};

class Handover final : public Workload {
 public:
  void next(Client& client) override {
    const Settings& settings = client.run().settings;
    const std::string key = handover_key(settings);
    if (!handle_.empty()) {
      if (settings.hold_us > 0 && !std::exchange(held_long_enough_, true)) {
        return client.pause(std::chrono::microseconds(settings.hold_us));
      }
      client.run().release_sent_ns = client.run().now_ns();
      return client.perform(release_of(key, std::exchange(handle_, {}), client));
    }
    if (!client.run().take_one()) return client.finish();
    client.perform({.verb = Verb::acquire,
                    .keys = {key},
                    .ttl_ms = settings.ttl_ms,
                    .wait_ms = settings.wait_ms,
                    .request_id = client.new_request_id()});
  }
  void answered(Client& client, const Operation& operation, const Answer& answer,
                History::Times times) override {
    if (operation.verb != Verb::acquire || answer.status != 200) return;
    handle_ = answer.handle;
    held_long_enough_ = false;
    // Only one that waited already when the release was sent was handed anything over.
    if (times.call_ns >= client.run().release_sent_ns) return;
    client.run().totals.handover.add(times.return_ns - client.run().release_sent_ns);
  }

 private:
  std::string handle_;
  bool held_long_enough_ = false;
};

class Renew final : public Workload {
 public:
  void next(Client& client) override {
    const Settings& settings = client.run().settings;
    const std::string key = numbered_key(settings, "renew", client.number());
    if (handle_.empty()) {
      if (ended_ || client.run().stopping) return client.finish();
      return client.perform({.verb = Verb::acquire,
                             .keys = {key},
                             .ttl_ms = settings.ttl_ms,
                             .request_id = client.new_request_id()});
    }
    if (!client.run().take_one()) {
      ended_ = true;
      return client.perform(release_of(key, std::exchange(handle_, {}), client));
    }
    client.perform(
        {.verb = Verb::renew, .keys = {key}, .lease = handle_, .request_id = client.new_request_id()});
  }
  void answered(Client&, const Operation& operation, const Answer& answer, History::Times) override {
    if (operation.verb == Verb::acquire && answer.status == 200) handle_ = answer.handle;
    if (operation.verb == Verb::renew && answer.status == 410) handle_.clear();
  }

 private:
  std::string handle_;
  bool ended_ = false;
};

class Hold final : public Workload {
 public:
  void next(Client& client) override {
    Run& run = client.run();
    const Settings& settings = run.settings;
    if (settings.locks_per_lease > 0 && handle_.empty()) {
      return client.perform({.verb = Verb::open_lease, .keys = {}, .ttl_ms = settings.ttl_ms});
    }
    Operation operation{.verb = Verb::acquire, .keys = {}, .lease = handle_};
    operation.request_id = client.new_request_id();
    if (handle_.empty()) operation.ttl_ms = settings.ttl_ms;
    while (operation.keys.size() < settings.keys_per_call && run.take_one()) {
      operation.keys.push_back(numbered_key(settings, "hold", run.started));
    }
    if (operation.keys.empty()) return client.finish();
    client.perform(std::move(operation));
  }
  void answered(Client& client, const Operation& operation, const Answer& answer, History::Times) override {
    if (answer.status != 200) return;
    const Settings& settings = client.run().settings;
    if (operation.verb == Verb::open_lease) {
      handle_ = answer.handle;
      held_ = 0;
    } else if (settings.locks_per_lease > 0) {
      held_ += operation.keys.size();
      if (held_ + settings.keys_per_call > settings.locks_per_lease) handle_.clear();
    }
  }

 private:
  std::string handle_;
  std::size_t held_ = 0;
};

}  // namespace

std::vector<std::string> workload_names() {
  return {"pairs", "handover", "renew", "hold", "mix", "contend", "observe"};
}

std::unique_ptr<Workload> make_workload(const std::string& name, const Run& run) {
  if (name == "pairs") return std::make_unique<Pairs>();
  if (name == "handover") return std::make_unique<Handover>();
  if (name == "renew") return std::make_unique<Renew>();
  if (name == "hold") return std::make_unique<Hold>();
  if (name == "mix") return std::make_unique<MixWorkload>();
  if (name == "contend") return std::make_unique<ContendWorkload>();
  if (name == "observe") return std::make_unique<ObserveWorkload>(handover_key(run.settings));
  return nullptr;
}

}  // namespace holdfast::load
