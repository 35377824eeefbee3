#include "service/statistics/key_table.h"

namespace holdfast::service {
namespace {

// How many are looked at for the least used. One more than that is the way to the next ones, so that in a
// table of a round number every entry comes to be the first of them, whose uses are halved.
constexpr std::size_t kNearby = 16;

}  // namespace

KeyStatistics& KeyTable::use(std::string_view key) {
  if (const auto found = index_.find(key); found != index_.end()) {
    Entry& entry = entries_[found->second];
    ++entry.uses;
    return entry.statistics;
  }
  if (entries_.size() < limit_) {
    entries_.emplace_back();
    return begin(entries_.size() - 1, key);
  }
  const std::size_t victim = least_used_nearby();
  index_.erase(entries_[victim].key);
  return begin(victim, key);
}

const KeyStatistics* KeyTable::find(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &entries_[found->second].statistics;
}

std::size_t KeyTable::least_used_nearby() {
  entries_[hand_].uses /= 2;
  std::size_t least = hand_;
  for (std::size_t i = 1; i < kNearby; ++i) {
    const std::size_t at = (hand_ + i) % entries_.size();
    if (entries_[at].uses < entries_[least].uses) least = at;
  }
  hand_ = (hand_ + kNearby + 1) % entries_.size();
  return least;
}

KeyStatistics& KeyTable::begin(std::size_t at, std::string_view key) {
  entries_[at] = Entry{.key = std::string(key), .uses = 1, .statistics = {}};
  index_.emplace(entries_[at].key, at);
  return entries_[at].statistics;
}

}  // namespace holdfast::service
