#include "keeper/event_hub.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "lock/event_view_codec.h"

namespace holdfast::keeper {
namespace {

// One entry can end many leases of many keys; whoever takes a chunk gets about so much at a time.
constexpr std::size_t kChunkBytes = 256 << 10;

std::size_t cost_of(const EventChunk& chunk) {
  return sizeof chunk + chunk.views.capacity();
}

}  // namespace

std::vector<lock::EventView> views_of(const EventChunk& chunk) {
  std::vector<lock::EventView> views;
  views.reserve(chunk.count);
  ByteReader in(chunk.views);
  while (!in.done()) {
    auto view = lock::decode_view(in);
    if (!view) break;
    views.push_back(std::move(*view));
  }
  return views;
}

void EventHub::begin(const lock::State& state) {
  sealed_.clear();
  open_ = {};
  if (next_number_ == 0 || state.revision() > through_) {
    while (!chunks_.empty()) forget_oldest();
    floor_ = through_ = state.revision();
  }
  open_.after = through_;
}

void EventHub::before(const lock::State& state, const lock::Event& event) {
  const lock::Revision revision = state.revision().next();
  if (revision <= through_) return;
  if (!lock::make_view(state, event, revision, state.wall(), view_)) return;
  ByteWriter out(open_.views);
  lock::encode_view(view_, out);
  open_.at = view_.at;
  ++open_.count;
  if (open_.views.size() >= kChunkBytes) seal(revision);
}

void EventHub::seal(lock::Revision through) {
  open_.through = through;
  open_.views.shrink_to_fit();
  sealed_.push_back(std::exchange(open_, {}));
  open_.after = through;
}

void EventHub::durable(const lock::State& state) {
  if (state.revision() <= through_) return;
  through_ = state.revision();
  if (open_.count > 0) seal(through_);
  for (EventChunk& chunk : std::exchange(sealed_, {})) {
    chunk.cell = {state.cell().id, state.cell().incarnation};
    events_ += chunk.count;
    bytes_ += cost_of(chunk);
    const auto shared = std::make_shared<const EventChunk>(std::move(chunk));
    chunks_.push_back(shared);
    ++next_number_;
    for (Subscriber* subscriber : subscribers_) subscriber->take(shared);
  }
  forget_old();
}

std::function<void()> EventHub::keep(const lock::State& state) {
  HOLDFAST_ASSERT(open_.count == 0 && sealed_.empty());
  const auto mark =
      std::make_shared<const EventChunk>(EventChunk{.cell = {state.cell().id, state.cell().incarnation},
                                                    .after = open_.after,
                                                    .through = state.revision(),
                                                    .at = state.wall()});
  std::vector<std::function<void()>> all;
  for (Subscriber* subscriber : subscribers_) all.push_back(subscriber->keep(mark));
  return [all = std::move(all)] {
    for (const auto& kept : all) kept();
  };
}

void EventHub::forget_old() {
  while (chunks_.size() > 1 && (events_ > limits_.events || bytes_ > limits_.bytes)) {
    forget_oldest();
  }
}

void EventHub::forget_oldest() {
  events_ -= chunks_.front()->count;
  bytes_ -= cost_of(*chunks_.front());
  floor_ = chunks_.front()->through;
  chunks_.pop_front();
}

std::uint64_t EventHub::number_after(lock::Revision revision) const {
  HOLDFAST_ASSERT(revision >= floor_);
  const auto found = std::partition_point(
      chunks_.begin(), chunks_.end(), [&](const SharedChunk& chunk) { return chunk->through <= revision; });
  return first_number() + static_cast<std::uint64_t>(found - chunks_.begin());
}

}  // namespace holdfast::keeper
