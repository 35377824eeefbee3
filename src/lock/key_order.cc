#include "lock/key_order.h"

#include <algorithm>
#include <array>
#include <functional>

namespace holdfast::lock {

void KeyOrder::add(Ref<Lock> lock) {
  if (lock.number >= block_of_.size()) block_of_.resize(locks_.slots() + 1, kNoBlock);
  block_of_[lock.number] = kWaiting;
  ++waiting_count_;
  waiting_.push_back(lock.number);
  if (waiting_.size() >= kMaxWaiting + kTogether) order_oldest();
}

void KeyOrder::remove(Ref<Lock> lock) {
  const BlockId id = block_of_[lock.number];
  block_of_[lock.number] = kNoBlock;
  if (id == kWaiting) {
    --waiting_count_;
    return;
  }
  Block& block = blocks_[id];
  const auto found = std::find(block.begin(), block.end(), lock.number);
  HOLDFAST_ASSERT(found != block.end());
  --ordered_count_;
  if (block.size() == 1) return close_block(block_with(key_of(lock.number)));
  if (found == block.begin()) firsts_[block_with(key_of(lock.number))] = block[1];
  block.erase(found);
}

Ref<Lock> KeyOrder::next(std::string_view key, bool including) {
  while (!waiting_.empty()) order_oldest();
  if (row_.empty()) return {};
  const std::size_t place = block_with(key);
  const Block& block = blocks_[row_[place]];
  const auto before = [&](Number lock) { return including ? key_of(lock) < key : key_of(lock) <= key; };
  const auto found = std::partition_point(block.begin(), block.end(), before);
  if (found != block.end()) return {*found};
  return place + 1 < row_.size() ? Ref<Lock>{firsts_[place + 1]} : Ref<Lock>{};
}

// From the greatest key to the smallest, so that what is put in its place moves none of the places that were
// found for the others.
void KeyOrder::order_oldest() {
  std::array<Search, kTogether> space;
  const std::span<Search> searches(space.data(), take_waiting(space));
  if (searches.empty()) return;
  std::ranges::sort(searches, std::ranges::greater(), &Search::key);
  row_.empty() ? open_block(0) : find_places(searches);
  for (const Search& search : searches) {
    Block& block = blocks_[row_[search.block]];
    block.insert(block.begin() + static_cast<std::ptrdiff_t>(search.low), search.lock);
    block_of_[search.lock] = row_[search.block];
    if (search.low == 0) firsts_[search.block] = search.lock;
  }
  ordered_count_ += searches.size();
  for (const Search& search : searches) {
    if (blocks_[row_[search.block]].size() > kMaxBlock) split(search.block);
  }
}

std::size_t KeyOrder::take_waiting(std::span<Search> searches) {
  std::size_t taken = 0;
  while (taken < searches.size() && !waiting_.empty()) {
    const Number lock = waiting_.front();
    waiting_.pop_front();
    if (block_of_[lock] != kWaiting) continue;
    block_of_[lock] = kNoBlock;
    searches[taken++].lock = lock;
  }
  waiting_count_ -= taken;
  for (const Search& search : searches.first(taken)) __builtin_prefetch(&locks_[Ref<Lock>{search.lock}]);
  for (Search& search : searches.first(taken)) search.key = key_of(search.lock);
  return taken;
}

void KeyOrder::find_places(std::span<Search> searches) const {
  for (Search& search : searches) search.high = firsts_.size();
  narrow_together(searches, [this](const Search&, std::size_t at) -> const Number& { return firsts_[at]; });
  for (Search& search : searches) {
    search.block = search.low == 0 ? 0 : search.low - 1;
    search.low = 0;
    search.high = blocks_[row_[search.block]].size();
  }
  narrow_together(searches, [this](const Search& search, std::size_t at) -> const Number& {
    return blocks_[row_[search.block]][at];
  });
}

// Binary search for all of them, a step at a time: what a step looks at is fetched for all before any of them
// looks. Each ends behind the last lock whose key is not greater.
template <class At>
void KeyOrder::narrow_together(std::span<Search> searches, At at) const {
  const auto middle = [&](const Search& search) -> const Number& {
    return at(search, (search.low + search.high) / 2);
  };
  const auto is_open = [](const Search& search) { return search.low < search.high; };
  while (std::ranges::any_of(searches, is_open)) {
    const auto for_each_open = [&](auto look_at) {
      for (const Search& search : searches) {
        if (is_open(search)) look_at(search);
      }
    };
    for_each_open([&](const Search& search) { __builtin_prefetch(&middle(search)); });
    for_each_open([&](const Search& search) { __builtin_prefetch(&locks_[Ref<Lock>{middle(search)}]); });
    for_each_open([&](const Search& search) { __builtin_prefetch(key_of(middle(search)).data()); });
    for (Search& search : searches) {
      if (!is_open(search)) continue;
      const std::size_t half = (search.low + search.high) / 2;
      key_of(at(search, half)) <= search.key ? search.low = half + 1 : search.high = half;
    }
  }
}

// The block in which the key is, or would be.
std::size_t KeyOrder::block_with(std::string_view key) const {
  const auto after =
      std::partition_point(firsts_.begin(), firsts_.end(), [&](Number lock) { return key_of(lock) <= key; });
  return after == firsts_.begin() ? 0 : static_cast<std::size_t>(after - firsts_.begin()) - 1;
}

void KeyOrder::open_block(std::size_t place) {
  if (free_blocks_.empty()) {
    free_blocks_.push_back(static_cast<BlockId>(blocks_.size()));
    blocks_.emplace_back().reserve(kMaxBlock + kTogether);
  }
  row_.insert(row_.begin() + static_cast<std::ptrdiff_t>(place), free_blocks_.back());
  firsts_.insert(firsts_.begin() + static_cast<std::ptrdiff_t>(place), Number{0});
  free_blocks_.pop_back();
}

void KeyOrder::close_block(std::size_t place) {
  blocks_[row_[place]].clear();
  free_blocks_.push_back(row_[place]);
  row_.erase(row_.begin() + static_cast<std::ptrdiff_t>(place));
  firsts_.erase(firsts_.begin() + static_cast<std::ptrdiff_t>(place));
}

void KeyOrder::split(std::size_t place) {
  open_block(place + 1);
  Block& left = blocks_[row_[place]];
  Block& right = blocks_[row_[place + 1]];
  const auto half = left.begin() + static_cast<std::ptrdiff_t>(left.size() / 2);
  right.assign(half, left.end());
  left.erase(half, left.end());
  for (const Number lock : right) block_of_[lock] = row_[place + 1];
  firsts_[place + 1] = right.front();
}

}  // namespace holdfast::lock
