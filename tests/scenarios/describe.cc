#include "describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace holdfast::lock::testing {
namespace {

constexpr std::size_t kListed = 8;  // of a longer list only the ends are shown

std::string_view text(Ended how) {
  constexpr std::string_view kTexts[] = {"release", "expiry", "undelivered", "broken", "max_hold"};
  return kTexts[static_cast<std::size_t>(how)];
}

std::string_view text(WaitEnd how) {
  constexpr std::string_view kTexts[] = {"timed out",   "cancelled", "disconnected", "not reattached",
                                         "lease ended", "hold lost", "broken"};
  return kTexts[static_cast<std::size_t>(how)];
}

std::string_view text(Code code) {
  constexpr std::string_view kTexts[] = {
      "invalid_argument", "permission_denied",   "not_found",       "held",         "deadlock",
      "limit_mismatch",   "request_id_reused",   "lock_delay",      "already_held", "cancelled",
      "in_use",           "lease_gone",          "etag_mismatch",   "too_large",    "too_many_requests",
      "overloaded",       "journal_unavailable", "outcome_unknown", "no_leader"};
  return kTexts[static_cast<std::size_t>(code)];
}

std::string_view text(Refusal why) {
  constexpr std::string_view kTexts[] = {"held",       "deadlock",     "limit_mismatch",
                                         "lock_delay", "already_held", "not_allowed"};
  return kTexts[static_cast<std::size_t>(why)];
}

std::string_view text(LockState state) {
  constexpr std::string_view kTexts[] = {"free", "reserved", "exclusive", "shared"};
  return kTexts[static_cast<std::size_t>(state)];
}

// "exclusive", "shared", "shared write x2 of 5".
std::string shape(Mode mode, std::string_view group, std::uint32_t permits, std::uint32_t limit = 0) {
  if (mode == Mode::exclusive) return "exclusive";
  std::string out = "shared";
  if (!group.empty() && group != "read") out += fmt::format(" {}", group);
  if (permits != 1) out += fmt::format(" x{}", permits);
  if (limit != 0) out += fmt::format(" of {}", limit);
  return out;
}

template <class List, class One>
std::string listed(const List& list, One one) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list.size() > kListed && i == 1) {
      texts.push_back(fmt::format("… {} more …", list.size() - 2));
      i = list.size() - 2;
    } else {
      texts.push_back(one(list[i]));
    }
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string keys(const std::vector<std::string>& list) {
  if (list.empty()) return "nothing";
  return listed(list, [](const std::string& key) { return key; });
}

// " by ann: it hangs", as far as that is said.
std::string blame(std::string_view by, std::string_view reason) {
  std::string out = by.empty() ? "" : fmt::format(" by {}", by);
  return reason.empty() ? out : out + fmt::format(": {}", reason);
}

// What differs from no rule at all.
std::string describe_settings(const Settings& s) {
  std::string out;
  const auto add = [&](std::string_view name, const std::string& value) {
    out += fmt::format(", {} {}", name, value);
  };
  if (!s.description.empty()) add("description", s.description);
  if (!s.owners.empty()) add("owners", fmt::format("{}", fmt::join(s.owners, "+")));
  if (s.limit != 0) add("limit", std::to_string(s.limit));
  if (!s.shared_groups.empty()) add("groups", fmt::format("{}", fmt::join(s.shared_groups, "+")));
  if (s.lock_delay != Millis(0)) add("lock_delay", describe(s.lock_delay));
  if (s.max_hold != Millis(0)) add("max_hold", describe(s.max_hold));
  if (s.max_ttl != Millis(0)) add("max_ttl", describe(s.max_ttl));
  if (s.max_wait != Millis(0)) add("max_wait", describe(s.max_wait));
  if (!s.allow_multi_key_wait) out += ", no multi-key wait";
  if (s.record_refusals) out += ", refusals recorded";
  return out;
}

std::string left(const std::optional<Millis>& expires_in) {
  return expires_in ? describe(*expires_in) + " left" : "no expiry";
}

struct DescribeEvent {
  Revision revision;
  Names& names;

  std::string operator()(const CellCreated&) const { return "cell created"; }
  std::string operator()(const TookOver& e) const {
    return fmt::format("keeper {} took over", e.epoch.value);
  }
  std::string operator()(const LeaseOpened& e) const {
    const LeaseId id{revision.value};
    names.add(id);
    std::string out = fmt::format("{} opened for {}, ttl {}", names.of(id), e.owner, describe(e.ttl));
    if (e.expires_in != e.ttl) out += fmt::format(", to be claimed within {}", describe(e.expires_in));
    if (e.alias != Alias{}) out += fmt::format(", {} {}", name_of(e.alias.dialect), e.alias.name);
    return out + (e.shared ? ", to share" : "");
  }
  std::string operator()(const Granted& e) const {
    const std::string what = listed(e.keys, [](const GrantedKey& key) {
      return fmt::format("{} {} #{}", key.key, shape(key.mode, key.group, key.permits, key.limit),
                         key.token.value);
    });
    return fmt::format("{} granted {}{}", names.of(e.lease), what,
                       e.waiter ? fmt::format(" to {}", names.of(e.waiter)) : "");
  }
  std::string operator()(const LeaseRenewed& e) const {
    return fmt::format("{} renewed, ttl {}", names.of(e.lease), describe(e.ttl));
  }
  std::string operator()(const LeaseEnded& e) const {
    return fmt::format("{} ended by {}{}", names.of(e.lease), text(e.how), closed(e.keep_for));
  }
  std::string operator()(const Released& e) const {
    return fmt::format("{} lost {} by {}{}", names.of(e.lease), keys(e.keys), text(e.how),
                       closed(e.keep_for));
  }
  std::string operator()(const WaitBegan& e) const {
    const WaiterId id{revision.value};
    names.add(id);
    const std::string what = listed(e.items, [](const WaitedItem& item) {
      return fmt::format("{} {}{}", item.key, shape(item.mode, item.group, item.permits, item.limit),
                         item.converts ? " converting"
                         : item.relies ? " already held"
                                       : "");
    });
    return fmt::format("{} waits for {}", names.of(id), what) +
           (e.wait == kNoDeadline ? " without a deadline" : fmt::format(" at most {}", describe(e.wait)));
  }
  std::string operator()(const WaiterAttached& e) const {
    return fmt::format("{} attached, waits at most {}", names.of(e.waiter), describe(e.wait));
  }
  std::string operator()(const WaiterDetached& e) const {
    return fmt::format("{} detached for {}", names.of(e.waiter), describe(e.reattach));
  }
  std::string operator()(const WaitEnded& e) const {
    return fmt::format("{} ended: {}{}", names.of(e.waiter), text(e.how), blame(e.by, e.reason));
  }
  std::string operator()(const GrantDetached& e) const {
    return fmt::format("{} detached for {}", names.of(e.lease), describe(e.reattach));
  }
  std::string operator()(const GrantAttached& e) const {
    return fmt::format("{} attached", names.of(e.lease));
  }
  std::string operator()(const KeyOpened& e) const { return fmt::format("{} opened", e.key); }
  std::string operator()(const LockRegistered& e) const {
    names.add(revision);
    return fmt::format("{} registered as {}{}{}", e.key, names.of(revision), blame(e.by, {}),
                       describe_settings(e.settings));
  }
  std::string operator()(const LockUnregistered& e) const {
    return fmt::format("{} unregistered{}", e.key, blame(e.by, {}));
  }
  std::string operator()(const HoldsBroken& e) const {
    return fmt::format("{} {} broken{}{}", names.of(e.lease), e.keys.empty() ? "is" : keys(e.keys) + " is",
                       e.now ? " now" : "", blame(e.by, e.reason));
  }
  std::string operator()(const LossesAcknowledged& e) const {
    return fmt::format("{} knows that it lost {}", names.of(e.lease), keys(e.keys));
  }
  std::string operator()(const ReleaseRequested& e) const {
    return fmt::format("release of {} requested{}", e.key, blame(e.by, e.reason));
  }
  std::string operator()(const AcquireRefused& e) const {
    return fmt::format("{} refused to {}, {}", e.key, e.owner, text(e.why));
  }
  std::string operator()(const RequestRemembered& e) const {
    return fmt::format("remembered the request for {}", keys(e.keys));
  }
  std::string operator()(const Restored& e) const {
    return fmt::format("restored as incarnation {}, tokens from #{}, quiet for {}", e.incarnation,
                       e.first_token.value, describe(e.quiet));
  }
  std::string operator()(const Reopened&) const { return "reopened"; }
  std::string operator()(const Sealed& e) const { return fmt::format("sealed for {}", e.successor); }
  std::string operator()(const LevelRaised& e) const { return fmt::format("level {}", e.level); }
  std::string operator()(const DocumentStored& e) const {
    return fmt::format("{} has a document of {} bytes", e.key, e.bytes);
  }
  std::string operator()(const DocumentRemoved& e) const { return e.key + " has no document"; }

  static std::string closed(Millis keep_for) {
    return keep_for == Millis(0) ? "" : fmt::format(", keys closed for {}", describe(keep_for));
  }
};

std::string holder(const HolderInfo& info, const Names& names) {
  return fmt::format("{} ({}, {}, #{}, held {}, {}{})", names.of(info.lease), info.owner,
                     shape(info.mode, info.group, info.permits), info.token.value, describe(info.held),
                     left(info.expires_in), info.reason.empty() ? "" : ", " + info.reason);
}

std::string waiter(const WaiterInfo& info, const Names& names) {
  return fmt::format("{} ({}, {}, waiting {}{}{})", names.of(info.waiter), info.owner,
                     shape(info.mode, info.group, info.permits), describe(info.waiting),
                     info.deadline_in ? fmt::format(", {} left", describe(*info.deadline_in)) : "",
                     info.detached ? ", detached" : "");
}

// "lease 7 waits for k" with the name that the scenario has for it.
std::string cycle_step(const std::string& step, const Names& names) {
  const std::size_t number = step.find(' ') + 1;
  const std::size_t end = step.find(' ', number);
  const std::uint64_t id = std::stoull(step.substr(number, end - number));
  return (step.starts_with("lease") ? names.of(LeaseId{id}) : names.of(WaiterId{id})) + step.substr(end);
}

struct DescribeReply {
  const Names& names;

  std::string operator()(const Acquired& r) const {
    const std::string grants = listed(r.grants, [](const Grant& grant) {
      const std::string floor =
          grant.fence_floor == grant.token ? "" : fmt::format(" floor #{}", grant.fence_floor.value);
      const std::string own = grant.expires_in ? fmt::format(" for {}", describe(*grant.expires_in)) : "";
      return fmt::format("{} {} #{}{}{}", grant.key, shape(grant.mode, grant.group, grant.permits),
                         grant.token.value, floor, own);
    });
    std::string out =
        fmt::format("granted {}, {}: {}", names.of(r.lease.id), left(r.lease.expires_in), grants);
    if (r.waited != Millis(0)) out += fmt::format("; waited {}", describe(r.waited));
    if (r.queued != r.waited) out += fmt::format(", queued {}", describe(r.queued));
    return out;
  }
  std::string operator()(const AcquiredEach& r) const {
    if (r.each.empty()) return "granted nothing";
    return listed(r.each, [&](const Acquired& one) { return (*this)(one); });
  }
  std::string operator()(const LeaseStarted& r) const {
    return fmt::format("has {}, {}", names.of(r.lease.id), left(r.lease.expires_in));
  }
  std::string operator()(const Renewed& r) const {
    std::string out = fmt::format("renewed {}, ttl {}, {}", names.of(r.lease.id), describe(r.lease.ttl),
                                  left(r.lease.expires_in));
    for (const LossInfo& loss : r.lost) {
      out += fmt::format("; lost {} #{} {}", loss.key, loss.token.value, ended(loss.ended));
    }
    for (const ReleaseRequestInfo& wish : r.release_requested) {
      out += fmt::format("; asked to release {}{}", wish.key, blame(wish.by, wish.reason));
    }
    return out;
  }
  std::string operator()(const ReleaseDone& r) const { return "released " + keys(r.keys); }
  std::string operator()(const CancelDone& r) const {
    return r.cancelled ? "cancelled it" : "found nothing to cancel";
  }
  std::string operator()(const RegisterDone& r) const {
    return fmt::format("{} {} as {}{}", r.created ? "registered" : "has registered", r.key,
                       names.of(r.version), describe_settings(r.settings));
  }
  std::string operator()(const UnregisterDone& r) const { return "unregistered " + r.key; }
  std::string operator()(const BreakDone& r) const {
    return "broke " + listed(r.broken, [&](const BrokenInfo& info) { return broken(info); });
  }
  std::string operator()(const ReleaseRequestDone& r) const {
    if (r.holders.empty()) return "asked nobody to release " + r.key;
    return fmt::format("asked for {} from {}", r.key,
                       listed(r.holders, [&](const HolderInfo& info) { return names.of(info.lease); }));
  }
  std::string operator()(const UpgradeDone& r) const { return fmt::format("is at level {}", r.level); }
  std::string operator()(const DocumentDone&) const { return "is done with the document"; }
  std::string operator()(const Refused& r) const {
    std::string out = fmt::format("refused {}", text(r.code));
    if (!r.key.empty()) out += fmt::format(" at {}", r.key);
    if (!r.holders.empty()) {
      out += "; held by " + listed(r.holders, [&](const HolderInfo& info) { return holder(info, names); });
    }
    if (r.holder_count > r.holders.size()) out += fmt::format(", {} holders in all", r.holder_count);
    if (!r.blocked_by.empty()) {
      out += "; behind " + listed(r.blocked_by, [&](const WaiterInfo& info) { return waiter(info, names); });
    }
    if (r.queue_length != 0) out += fmt::format("; queue of {}", r.queue_length);
    for (const std::string& step : r.cycle) out += "; " + cycle_step(step, names);
    if (r.waited != Millis(0)) out += fmt::format("; waited {}", describe(r.waited));
    if (r.retry_after) out += fmt::format("; retry after {}", describe(*r.retry_after));
    if (r.ended) out += fmt::format("; ended by {}", ended(*r.ended));
    return out;
  }

  static std::string ended(const EndedInfo& info) {
    return std::string(text(info.how)) + blame(info.by, info.reason);
  }
  std::string broken(const BrokenInfo& info) const {
    if (info.waiter) return fmt::format("{} of {} at {}", names.of(info.waiter), info.owner, info.key);
    if (!info.token) return fmt::format("{} of {}", info.key, info.lease ? names.of(info.lease) : "a waiter");
    return fmt::format("{} #{} of {} ({}), opens in {}", info.key, info.token.value, names.of(info.lease),
                       info.owner, describe(info.opens_in));
  }
};

}  // namespace

std::string describe(const Event& event, Revision revision, Names& names) {
  return std::visit(DescribeEvent{revision, names}, event);
}

std::string describe(const Reply& reply, const Names& names) {
  return std::visit(DescribeReply{names}, reply);
}

std::string describe(const LockView& view, const Names& names) {
  std::string out = fmt::format("{} is {}", view.key, text(view.state));
  if (view.limit != 0) out += fmt::format(", limit {}", view.limit);
  if (view.opens_in) out += fmt::format(", opens in {}", describe(*view.opens_in));
  if (view.settings) {
    out += fmt::format("; registered as {}{}", names.of(view.version), describe_settings(*view.settings));
  }
  if (view.release_requested) out += "; asked to be released: " + *view.release_requested;
  if (!view.holders.empty()) {
    out += "; held by " + listed(view.holders, [&](const HolderInfo& info) { return holder(info, names); });
  }
  if (!view.queue.empty()) {
    out += "; queue: " + listed(view.queue, [&](const WaiterInfo& info) { return waiter(info, names); });
  }
  return out;
}

std::string describe(const LeaseView& view, const Names& names) {
  std::string out = fmt::format("{} of {}, ttl {}, {}", names.of(view.lease.id), view.lease.owner,
                                describe(view.lease.ttl), left(view.lease.expires_in));
  if (view.holds.empty()) return out + "; holds nothing";
  return out + "; holds " + listed(view.holds, [](const LeaseHold& hold) {
           return fmt::format("{} #{}", hold.key, hold.token.value);
         });
}

std::string describe(Millis duration) {
  const auto count = duration.count();
  if (count == -1) return "none";
  if (count >= 60'000 && count % 60'000 == 0) return fmt::format("{}m", count / 60'000);
  if (count % 1'000 == 0) return fmt::format("{}s", count / 1'000);
  if (count < 1'000) return fmt::format("{}ms", count);
  return fmt::format("{}s", static_cast<double>(count) / 1'000.0);
}

}  // namespace holdfast::lock::testing
