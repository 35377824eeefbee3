#include "service/statistics/key_table.h"

namespace holdfast::service {
namespace {

// How many are looked at for the least used. One more than that is the way to the next ones, so that in a
// table of a round number every entry comes to be the first of them, whose uses are halved.
constexpr std::size_t kNearby = 16;

// How often a key comes, without too many others in between, until it is let in.
constexpr std::uint16_t kTimes = 5;
constexpr std::size_t kSeats = 1 << 14;

}  // namespace

KeyTable::KeyTable(std::size_t limit) : limit_(limit), callers_(kSeats) {}

KeyStatistics* KeyTable::use(std::string_view key) {
  const std::size_t hash = index_.hash_function()(key);
  if (const auto found = index_.find(key, hash); found != index_.end()) {
    ++uses_[found->second];
    return &entries_[found->second].statistics;
  }
  if (entries_.size() < limit_) {
    entries_.emplace_back();
    uses_.emplace_back();
    return begin(entries_.size() - 1, key);
  }
  if (!is_let_in(hash)) return nullptr;
  const std::size_t victim = least_used_nearby();
  index_.erase(entries_[victim].key);
  return begin(victim, key);
}

bool KeyTable::is_let_in(std::size_t hash) {
  Caller& caller = callers_[hash % kSeats];
  const auto mark = static_cast<std::uint16_t>(hash / kSeats);
  if (caller.mark != mark) caller = {mark, 0};
  return ++caller.times >= kTimes;
}

const KeyStatistics* KeyTable::find(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &entries_[found->second].statistics;
}

std::size_t KeyTable::least_used_nearby() {
  uses_[hand_] /= 2;
  std::size_t least = hand_;
  for (std::size_t i = 1; i < kNearby; ++i) {
    const std::size_t at = (hand_ + i) % uses_.size();
    if (uses_[at] < uses_[least]) least = at;
  }
  hand_ = (hand_ + kNearby + 1) % uses_.size();
  return least;
}

KeyStatistics* KeyTable::begin(std::size_t at, std::string_view key) {
  uses_[at] = 1;
  entries_[at].key = key;
  entries_[at].statistics = {};
  index_.emplace(entries_[at].key, at);
  return &entries_[at].statistics;
}

}  // namespace holdfast::service
