#include "tenures.h"

#include <utility>

#include "workload/orders.h"

namespace holdfast::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanos kRenewEndless = seconds(10);

}  // namespace

Tenure& Tenures::add(lock::LeaseId lease, const lock::LeaseInfo& info) {
  Tenure& tenure = tenures_[lease];
  tenure.lease = lease;
  tenure.ttl = info.ttl;
  tenure.careless = parts_.random.one_in(6);
  plan_renewal(tenure);
  plan_end(lease);
  return tenure;
}

void Tenures::began(const lock::Acquired& acquired, const lock::Alias& alias) {
  const lock::LeaseId lease = acquired.lease.id;
  Tenure& tenure = tenures_.contains(lease) ? tenures_.at(lease) : add(lease, acquired.lease);
  tenure.alias = alias;
  for (const lock::Grant& grant : acquired.grants) keep(tenure, grant);
}

void Tenures::opened(const lock::LeaseStarted& started) {
  add(started.lease.id, started.lease).shared = true;
}

void Tenures::gained(lock::LeaseId lease, const lock::Acquired& acquired) {
  Tenure* const tenure = find(lease);
  if (tenure == nullptr) return;
  for (const lock::Grant& grant : acquired.grants) keep(*tenure, grant);
}

void Tenures::keep(Tenure& tenure, const lock::Grant& grant) {
  tenure.keys[grant.key] = {grant.key, grant.mode, grant.group, grant.permits, 0};
  tenure.tokens[grant.key] = grant.token;
}

Tenure* Tenures::find(lock::LeaseId lease) {
  const auto found = tenures_.find(lease);
  return found == tenures_.end() ? nullptr : &found->second;
}

Tenure* Tenures::any(const std::function<bool(const Tenure&)>& suits) {
  std::vector<Tenure*> suited;
  for (auto& [lease, tenure] : tenures_) {
    if (suits(tenure)) suited.push_back(&tenure);
  }
  return suited.empty() ? nullptr : parts_.random.pick(std::span<Tenure* const>(suited));
}

void Tenures::plan_renewal(const Tenure& tenure) {
  const bool endless = tenure.ttl == lock::kNoExpiry;
  const Nanos usual = endless ? kRenewEndless : Nanos(tenure.ttl) / 3;
  const Nanos late = parts_.random.one_in(8) ? usual : Nanos(0);
  parts_.machine.after(usual + late, [this, lease = tenure.lease] {
    Tenure* const still = find(lease);
    if (still != nullptr && !still->careless) renew(lease, std::nullopt);
  });
}

void Tenures::plan_end(lock::LeaseId lease) {
  const Nanos wanted = parts_.random.spread(milliseconds(20), parts_.plan.longest_hold);
  parts_.machine.after(wanted, [this, lease] { release(lease); });
}

lock::LeaseName Tenures::name_of(const Tenure& tenure) const {
  if (tenure.alias.name.empty() || tenure.keys.empty() || parts_.random.one_in(2)) return tenure.lease;
  return lock::AliasedHold{tenure.keys.begin()->first, tenure.alias.dialect, tenure.alias.name,
                           principal_of(parts_.client)};
}

void Tenures::renew(lock::LeaseId lease, std::optional<lock::Millis> ttl) {
  const Tenure* const tenure = find(lease);
  if (tenure == nullptr) return;
  const Asker::Manner manner{
      .patience = seconds(2), .gives_up = Nanos(tenure->ttl), .twice = parts_.random.one_in(10)};
  parts_.asker.ask(lock::Command(lock::Renew{name_of(*tenure), ttl}), manner,
                   [this, lease](const Asker::Told* told) {
                     if (told != nullptr) return renewed(lease, told->answer);
                     if (const Tenure* const still = find(lease)) plan_renewal(*still);
                   });
}

void Tenures::renewed(lock::LeaseId lease, const Answer& answer) {
  Tenure* const tenure = find(lease);
  if (tenure == nullptr) return;
  const auto* renewed = std::get_if<lock::Renewed>(&std::get<lock::Reply>(answer.what));
  if (renewed == nullptr) {
    tenures_.erase(lease);
    return;
  }
  tenure->ttl = renewed->lease.ttl;
  plan_renewal(*tenure);
  if (!renewed->lost.empty()) acknowledge(lease, *renewed);
  if (!renewed->release_requested.empty() && parts_.random.one_in(2)) release(lease);
}

void Tenures::acknowledge(lock::LeaseId lease, const lock::Renewed& renewed) {
  Tenure& tenure = tenures_.at(lease);
  if (tenure.busy) return;
  for (const lock::LossInfo& loss : renewed.lost) {
    if (tenure.tokens[loss.key] <= loss.token) tenure.keys.erase(loss.key);
  }
  if (parts_.random.one_in(2)) release_part(tenure, renewed.lost.front().key);
}

void Tenures::release(lock::LeaseId lease) {
  const auto node = tenures_.extract(lease);
  if (!node) return;
  const Tenure& tenure = node.mapped();
  if (tenure.alias.dialect == lock::Dialect::keys && !tenure.keys.empty() && parts_.random.one_in(2)) {
    lock::ReleaseEach each{{}, principal_of(parts_.client), tenure.alias};
    for (const auto& [key, token] : tenure.tokens) each.holds.push_back({key, token});
    parts_.asker.ask(lock::Command(std::move(each)), {}, [](const Asker::Told*) {});
    return;
  }
  lock::Release release{.lease = tenure.lease, .keys = {}};
  if (!is_extended(tenure.alias)) release.lease = name_of(tenure);
  if (parts_.random.one_in(8)) release.keep_for = lock::Millis(parts_.random.between(1, 3'000));
  if (parts_.random.one_in(2)) release.request = draw_tag(parts_.random);
  parts_.asker.ask(lock::Command(std::move(release)), {}, [](const Asker::Told*) {});
}

// Always with a request id: a repetition must not let go what is taken again later.
void Tenures::release_part(Tenure& tenure, const std::string& key) {
  tenure.busy = true;
  const lock::Release release{.lease = tenure.lease, .keys = {key}, .request = draw_tag(parts_.random)};
  tenure.keys.erase(release.keys.front());  // `key` may be its name there
  parts_.asker.ask(lock::Command(release), {}, [this, release](const Asker::Told* told) {
    Tenure* const still = find(std::get<lock::LeaseId>(release.lease));
    if (still == nullptr) return;
    still->busy = false;
    if (reply_of<lock::ReleaseDone>(told) == nullptr) {
      still->uncertain.insert(release.keys.front());
    } else {
      last_release_ = release;
    }
  });
}

void Tenures::repeat_release() {
  if (last_release_) parts_.asker.ask(lock::Command(*last_release_), {}, [](const Asker::Told*) {});
}

void Tenures::release_all() {
  while (!tenures_.empty()) release(tenures_.begin()->first);
}

}  // namespace holdfast::sim
