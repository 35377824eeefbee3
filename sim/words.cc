#include "words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lock/view.h"

namespace holdfast::sim {
namespace {

std::string lease_text(const lock::LeaseName& name) {
  if (const auto* id = std::get_if<lock::LeaseId>(&name)) return fmt::format("{}", id->value);
  const auto& alias = std::get<lock::AliasedHold>(name);
  return fmt::format("{} of {}", alias.name.value_or("any"), alias.key);
}

std::string item_text(const auto& item) {
  if (item.mode == lock::Mode::exclusive) return item.key;
  return fmt::format("{}({} {} x{})", item.key, lock::name_of(item.mode), item.group, item.permits);
}

std::string items_text(const auto& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : " ") + item_text(item);
  return text;
}

std::string tag_text(const lock::RequestTag& tag) {
  return tag ? fmt::format(" request {:x}", tag.id[0] >> 40) : "";
}

std::string ttl_text(std::optional<lock::Millis> ttl) {
  return ttl ? fmt::format("{} ms", ttl->count()) : "for ever";
}

struct CommandText {
  std::string operator()(const lock::Acquire& c) const {
    return fmt::format("{} {}{} ttl {} wait {}{}{}{}{}", c.polls ? "poll" : "acquire", items_text(c.items),
                       c.lease ? fmt::format(" under {}", c.lease->value) : "", c.ttl.count(), c.wait.count(),
                       c.claim.count() ? fmt::format(" claim {}", c.claim.count()) : "",
                       c.reattach.count() ? fmt::format(" reattach {}", c.reattach.count()) : "",
                       c.alias.name.empty() ? "" : " alias " + c.alias.name, tag_text(c.request));
  }
  std::string operator()(const lock::AcquireEach& c) const {
    return fmt::format("acquire each {} ttl {} alias {}", fmt::join(c.keys, " "), c.ttl.count(),
                       c.alias.name);
  }
  std::string operator()(const lock::OpenLease& c) const {
    return fmt::format("open lease ttl {}{}", c.ttl.count(), tag_text(c.request));
  }
  std::string operator()(const lock::Renew& c) const {
    return fmt::format("renew {}{}", lease_text(c.lease),
                       c.ttl ? fmt::format(" ttl {}", c.ttl->count()) : "");
  }
  std::string operator()(const lock::Release& c) const {
    return fmt::format("release {} {} keep {}{}", lease_text(c.lease), fmt::join(c.keys, " "),
                       c.keep_for.count(), tag_text(c.request));
  }
  std::string operator()(const lock::ReleaseEach& c) const {
    return fmt::format("release each of {}", c.alias.name);
  }
  std::string operator()(const lock::Cancel& c) const { return "cancel" + tag_text(c.request); }
  std::string operator()(const lock::Register& c) const {
    return fmt::format("register {} limit {} delay {} max_hold {}{}", c.key, c.settings.limit,
                       c.settings.lock_delay.count(), c.settings.max_hold.count(), tag_text(c.request));
  }
  std::string operator()(const lock::Unregister& c) const {
    return "unregister " + c.key + tag_text(c.request);
  }
  std::string operator()(const lock::Break& c) const {
    const std::uint64_t target = std::visit([](const auto& id) { return id.value; }, c.target);
    return fmt::format("break {} of {}{}", target, c.key, c.now ? " now" : "");
  }
  std::string operator()(const lock::RequestRelease& c) const { return "request release of " + c.key; }
  template <class Other>
  std::string operator()(const Other&) const {
    return "another command";
  }
};

struct ReplyText {
  std::string operator()(const lock::Acquired& r) const {
    std::string text = fmt::format("acquired by lease {} for {}, waited {}", r.lease.id.value,
                                   ttl_text(r.lease.expires_in), r.waited.count());
    for (const lock::Grant& grant : r.grants)
      text += fmt::format(" {}#{}", item_text(grant), grant.token.value);
    return text;
  }
  std::string operator()(const lock::AcquiredEach& r) const {
    std::string text = "acquired each:";
    for (const lock::Acquired& acquired : r.each) text += " " + (*this)(acquired);
    return text;
  }
  std::string operator()(const lock::LeaseStarted& r) const {
    return fmt::format("lease {} for {}", r.lease.id.value, ttl_text(r.lease.expires_in));
  }
  std::string operator()(const lock::Renewed& r) const {
    return fmt::format("renewed {} for {}, {} lost", r.lease.id.value, ttl_text(r.lease.expires_in),
                       r.lost.size());
  }
  std::string operator()(const lock::ReleaseDone& r) const {
    return fmt::format("released {}", fmt::join(r.keys, " "));
  }
  std::string operator()(const lock::Refused& r) const {
    return fmt::format("refused {}: {}", static_cast<int>(r.code), r.detail);
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return "done";
  }
};

struct EventText {
  std::string operator()(const lock::CellCreated&) const { return "cell created"; }
  std::string operator()(const lock::TookOver& e) const { return fmt::format("epoch {}", e.epoch.value); }
  std::string operator()(const lock::LeaseOpened& e) const {
    return fmt::format("lease opened for {} (ttl {}) by {}", e.expires_in.count(), e.ttl.count(),
                       e.principal);
  }
  std::string operator()(const lock::Granted& e) const {
    std::string text = fmt::format("granted to {}", e.lease.value);
    if (e.waiter) text += fmt::format(" (waiter {})", e.waiter.value);
    for (const lock::GrantedKey& key : e.keys) text += fmt::format(" {}#{}", item_text(key), key.token.value);
    return text + tag_text(e.request);
  }
  std::string operator()(const lock::LeaseRenewed& e) const {
    return fmt::format("lease {} renewed for {}", e.lease.value, e.ttl.count());
  }
  std::string operator()(const lock::LeaseEnded& e) const {
    return fmt::format("lease {} ended ({})", e.lease.value, static_cast<int>(e.how));
  }
  std::string operator()(const lock::Released& e) const {
    return fmt::format("lease {} lets go {} ({})", e.lease.value, fmt::join(e.keys, " "),
                       static_cast<int>(e.how));
  }
  std::string operator()(const lock::WaitBegan& e) const {
    return fmt::format("wait for {}{}, {} ms{}", items_text(e.items),
                       e.lease ? fmt::format(" under {}", e.lease.value) : "", e.wait.count(),
                       tag_text(e.request));
  }
  std::string operator()(const lock::WaiterAttached& e) const {
    return fmt::format("waiter {} attached", e.waiter.value);
  }
  std::string operator()(const lock::WaiterDetached& e) const {
    return fmt::format("waiter {} detached", e.waiter.value);
  }
  std::string operator()(const lock::WaitEnded& e) const {
    return fmt::format("wait {} ended ({})", e.waiter.value, static_cast<int>(e.how));
  }
  std::string operator()(const lock::GrantDetached& e) const {
    return fmt::format("grant of {} detached", e.lease.value);
  }
  std::string operator()(const lock::GrantAttached& e) const {
    return fmt::format("grant of {} attached", e.lease.value);
  }
  std::string operator()(const lock::KeyOpened& e) const { return e.key + " opened"; }
  std::string operator()(const lock::LockRegistered& e) const {
    return fmt::format("{} registered, limit {}", e.key, e.settings.limit);
  }
  std::string operator()(const lock::LockUnregistered& e) const { return e.key + " unregistered"; }
  std::string operator()(const lock::HoldsBroken& e) const {
    return fmt::format("lease {} broken of {}{}", e.lease.value, fmt::join(e.keys, " "), e.now ? " now" : "");
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return "another event";
  }
};

}  // namespace

std::string describe(const Question& question) {
  if (const auto* read = std::get_if<ReadKey>(&question)) return "read " + read->key;
  return std::visit(CommandText{}, std::get<lock::Command>(question));
}

std::string describe(const Answer& answer) {
  if (const auto* view = std::get_if<KeyView>(&answer.what)) {
    std::string text = fmt::format("@{} holders:", answer.revision.value);
    for (const auto& holder : view->holders)
      text += fmt::format(" {}#{}", holder.lease.value, holder.token.value);
    return text;
  }
  return fmt::format("@{} {}", answer.revision.value,
                     std::visit(ReplyText{}, std::get<lock::Reply>(answer.what)));
}

std::string describe(const lock::Event& event) {
  return std::visit(EventText{}, event);
}

}  // namespace holdfast::sim
