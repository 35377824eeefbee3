#include "api/http/watch/event_stream.h"

#include <algorithm>
#include <utility>

#include "api/http/exchange.h"
#include "api/http/watch/event_json.h"

namespace holdfast::api::http {
namespace {

// The largest write.
constexpr std::size_t kMostAtOnce = 64 << 10;
// How many chunks are looked through in a row for one with something for this watcher.
constexpr std::size_t kMostChunksAtOnce = 256;

const service::Fault kTooManyReading{service::Code::overloaded,
                                     "too many watchers are reading history: connect again", ""};
const service::Fault kFellBehind{service::Code::compacted,
                                 "the events after this watcher's last one are no longer kept", ""};

}  // namespace

EventStream::EventStream(Exchange& exchange, Broadcast& broadcast, Start start)
    : exchange_(exchange), broadcast_(broadcast), filter_(std::move(start.filter)), position_(start.after) {
  broadcast_.join(*this);
}

EventStream::~EventStream() {
  if (!over_) broadcast_.leave(*this);
}

void EventStream::begin() {
  std::string& out = broadcast_.scratch();
  out = "retry: 1000\n";
  append_position(out, broadcast_.incarnation(), position_);
  send(out);
  pump();
}

void EventStream::pump() {
  if (over_ || reading_ || idle_ || !exchange_.may_send()) return;
  std::string& out = broadcast_.scratch();
  out.clear();
  std::size_t looked_at = 0;
  while (out.size() < kMostAtOnce && looked_at < kMostChunksAtOnce && (text_ || next_text(looked_at))) {
    if (!text_) continue;
    const std::size_t size = std::min(text_->size() - taken_, kMostAtOnce - out.size());
    out.append(*text_, taken_, size);
    taken_ += size;
    if (taken_ == text_->size()) text_.reset();
  }
  if (!over_ && !out.empty()) send(out);
  if (over_ || reading_) return;
  if (text_ || !is_up_to_date()) return broadcast_.call_again();
  idle_ = static_cast<bool>(filter_.lease);
}

void EventStream::wake(lock::Revision after) {
  if (!std::exchange(idle_, false)) return;
  position_ = std::max(position_, after);
}

bool EventStream::is_up_to_date() const {
  if (idle_) return true;
  const keeper::EventHub& hub = broadcast_.hub();
  return position_ >= hub.floor() && hub.number_after(position_) == hub.next_number();
}

// Goes on to the next chunk, which may have nothing for this watcher. False when there is none.
bool EventStream::next_text(std::size_t& looked_at) {
  const keeper::EventHub& hub = broadcast_.hub();
  if (position_ < hub.floor()) {
    read_history();
    return false;
  }
  const std::uint64_t number = hub.number_after(position_);
  if (number == hub.next_number()) return false;
  ++looked_at;
  take_text(broadcast_.text(number, position_, filter_));
  position_ = hub.chunk(number)->through;
  return true;
}

// What memory has no more is read and put together on another thread.
void EventStream::read_history() {
  const auto text = std::make_shared<std::string>();
  const auto visit = [text, filter = filter_, held = broadcast_.held_now(filter_.lease)](
                         std::uint64_t incarnation, const lock::EventView& event) {
    if (filter.takes(event, held)) append_message(*text, event, incarnation, filter.prefix);
    return text->size() < kMostAtOnce;
  };
  const auto done = [weak = weak_from_this(), text](lock::Revision through) {
    if (const auto self = weak.lock()) self->take_history(through, text);
  };
  reading_ = true;
  if (!broadcast_.history().read_forward(position_, visit, done)) cut_off(kTooManyReading);
}

void EventStream::take_history(lock::Revision through, SharedText text) {
  reading_ = false;
  if (over_) return;
  if (through == position_ && position_ < broadcast_.hub().floor()) return cut_off(kFellBehind);
  position_ = through;
  take_text(std::move(text));
  pump();
}

void EventStream::take_text(SharedText text) {
  if (text->empty()) return;
  text_ = std::move(text);
  taken_ = 0;
}

void EventStream::send(std::string_view text) {
  sent_at_ = std::chrono::steady_clock::now();
  exchange_.send(text);
}

void EventStream::beat(std::chrono::steady_clock::time_point quiet_since) {
  pump();
  if (over_ || sent_at_ > quiet_since || !exchange_.may_send() || text_ || !is_up_to_date()) return;
  position_ = broadcast_.hub().through();
  std::string& out = broadcast_.scratch();
  out = ": still here\n";
  append_position(out, broadcast_.incarnation(), position_);
  send(out);
}

void EventStream::end(const service::Fault& why) {
  cut_off(why);
}

// In the middle of a message nothing can be said any more.
void EventStream::cut_off(const service::Fault& why) {
  if (std::exchange(over_, true)) return;
  broadcast_.leave(*this);
  if (!text_) {
    std::string words;
    append_error(words, broadcast_.hub().through(), why, exchange_.backend().base_path);
    exchange_.send(words);
  }
  exchange_.end_stream();
}

}  // namespace holdfast::api::http
