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
  constexpr std::string_view kTexts[] = {"invalid_argument",
                                         "held",
                                         "deadlock",
                                         "limit_mismatch",
                                         "request_id_reused",
                                         "lock_delay",
                                         "already_held",
                                         "cancelled",
                                         "lease_gone",
                                         "too_large",
                                         "too_many_requests",
                                         "overloaded",
                                         "journal_unavailable",
                                         "outcome_unknown",
                                         "no_leader"};
  return kTexts[static_cast<std::size_t>(code)];
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
    return fmt::format("{} ended: {}", names.of(e.waiter), text(e.how));
  }
  std::string operator()(const GrantDetached& e) const {
    return fmt::format("{} detached for {}", names.of(e.lease), describe(e.reattach));
  }
  std::string operator()(const GrantAttached& e) const {
    return fmt::format("{} attached", names.of(e.lease));
  }
  std::string operator()(const KeyOpened& e) const { return fmt::format("{} opened", e.key); }

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
      return fmt::format("{} {} #{}{}", grant.key, shape(grant.mode, grant.group, grant.permits),
                         grant.token.value, floor);
    });
    std::string out =
        fmt::format("granted {}, {}: {}", names.of(r.lease.id), left(r.lease.expires_in), grants);
    if (r.waited != Millis(0)) out += fmt::format("; waited {}", describe(r.waited));
    if (r.queued != r.waited) out += fmt::format(", queued {}", describe(r.queued));
    return out;
  }
  std::string operator()(const LeaseStarted& r) const {
    return fmt::format("has {}, {}", names.of(r.lease.id), left(r.lease.expires_in));
  }
  std::string operator()(const Renewed& r) const {
    return fmt::format("renewed {}, ttl {}, {}", names.of(r.lease.id), describe(r.lease.ttl),
                       left(r.lease.expires_in));
  }
  std::string operator()(const ReleaseDone& r) const { return "released " + keys(r.keys); }
  std::string operator()(const CancelDone& r) const {
    return r.cancelled ? "cancelled it" : "found nothing to cancel";
  }
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
    if (r.ended) out += fmt::format("; ended by {}", text(r.ended->how));
    return out;
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
