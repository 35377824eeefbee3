#include "lock/invariants_governance.h"

#include <set>

namespace holdfast::lock {
namespace {

class Governance {
 public:
  Governance(const State& state, Findings& findings) : state_(state), findings_(findings) {}

  void run() {
    for_each(state_.registrations(), [&](Ref<Registration> ref, const Registration& registration) {
      check_registration(ref, registration);
    });
    for_each(state_.holds(), [&](Ref<Hold> ref, const Hold& hold) { check_hold(ref, hold); });
    for_each(state_.leases(), [&](Ref<Lease> ref, const Lease& lease) { check_losses(ref, lease); });
    for_each(state_.locks(), [&](Ref<Lock> ref, const Lock& lock) { check_lock(ref, lock); });
    findings_.expect_count(state_.caps().size(), caps_, "caps", "of holds");
    findings_.expect_count(state_.losses().size(), losses_, "losses", "of leases");
    findings_.expect_count(state_.registrations().size(), registered_, "registrations", "of keys");
    findings_.expect_count(state_.wishes().size(), wishes_, "wishes", "of keys");
  }

 private:
  void check_registration(Ref<Registration> ref, const Registration& registration) {
    const bool live = is_live(state_.locks(), registration.lock);
    findings_.expect(live && state_.locks()[registration.lock].registration == ref,
                     "a registration of no key");
    findings_.expect(registration.version && registration.version <= state_.revision(),
                     "a registration of the future");
  }

  void check_hold(Ref<Hold> ref, const Hold& hold) {
    const Lock& lock = state_.locks()[hold.lock];
    const Lease& lease = state_.leases()[hold.lease];
    const bool wished = lock.wish && hold.token < state_.wishes()[lock.wish].before;
    findings_.expect(lease.governed || !(hold.cap || lock.registration || wished),
                     "lease {}: governed without knowing it", lease.id.value);
    if (!hold.cap) return;
    ++caps_;
    const bool live = is_live(state_.caps(), hold.cap);
    findings_.expect(live && state_.caps()[hold.cap].hold == ref, "hold {}: its cap is another's",
                     hold.token.value);
  }

  void check_losses(Ref<Lease> ref, const Lease& lease) {
    std::set<std::string_view> keys;
    findings_.expect(lease.shared || !lease.losses, "lease {}: lost a hold and lives", lease.id.value);
    for (Ref<Loss> at = lease.losses; at; at = state_.losses()[at].next, ++losses_) {
      const Loss& loss = state_.losses()[at];
      findings_.expect(loss.lease == ref, "lease {}: a loss of another lease", lease.id.value);
      findings_.expect(keys.insert(loss.key.view()).second, "lease {}: a key lost twice", lease.id.value);
      findings_.expect(loss.token && loss.token < state_.next_token(), "lease {}: lost what was never given",
                       lease.id.value);
    }
  }

  void check_lock(Ref<Lock> ref, const Lock& lock) {
    if (lock.registration) {
      ++registered_;
      check_settings(lock);
    }
    if (!lock.wish) return;
    ++wishes_;
    const bool live = is_live(state_.wishes(), lock.wish) && state_.wishes()[lock.wish].lock == ref;
    findings_.expect(live, "key {}: a wish for another key", lock.key.view());
    if (!live) return;
    const Ref<Hold> oldest = lock.holders.front();
    findings_.expect(oldest && state_.holds()[oldest].token < state_.wishes()[lock.wish].before,
                     "key {}: a wish of nobody's hold", lock.key.view());
  }

  // Of all settings only the limit also binds those who used the key before it was registered so.
  void check_settings(const Lock& lock) {
    if (!is_live(state_.registrations(), lock.registration)) return;
    const Settings& settings = state_.registrations()[lock.registration].settings;
    findings_.expect(settings.limit == 0 || lock.shared_users == 0 || lock.limit == settings.limit,
                     "key {}: registered for {} permits, used for {}", lock.key.view(), settings.limit,
                     lock.limit);
  }

  const State& state_;
  Findings& findings_;
  std::size_t caps_ = 0;
  std::size_t losses_ = 0;
  std::size_t registered_ = 0;
  std::size_t wishes_ = 0;
};

}  // namespace

void check_governance(const State& state, Findings& findings) {
  Governance(state, findings).run();
}

}  // namespace holdfast::lock
