#include "keeper/backups.h"

#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "keeper/errc.h"

namespace holdfast::keeper {
namespace {

constexpr std::chrono::seconds kLookEvery{1};

}  // namespace

void Backups::begin(BackupTaker& taker) {
  HOLDFAST_ASSERT(!busy());
  taker_ = &taker;
  ++number_;
  begin_when_durable();
}

// Nothing is swept that a power cut could still undo. By then a snapshot may have begun.
void Backups::begin_when_durable() {
  parts_.when_durable([weak = weak_from_this(), number = number_] {
    const std::shared_ptr<Backups> self = weak.lock();
    if (!self || !self->busy() || self->number_ != number) return;
    if (!self->parts_.sweeper.busy()) return self->begin_sweep();
    self->parts_.sweeper.when_free([weak, number] {
      const std::shared_ptr<Backups> again = weak.lock();
      if (again && again->busy() && again->number_ == number) again->begin_when_durable();
    });
  });
}

void Backups::begin_sweep() {
  sweeping_ = true;
  writer_.emplace();
  began_ = parts_.clock.now();
  bytes_ = 0;
  objects_ = parts_.documents.keep();
  parts_.sweeper.begin(*this, kBackupBlockBytes);
  const lock::State& state = parts_.state;
  watch_pace();
  give(writer_->head({.level = state.level(),
                      .cell = state.cell().id,
                      .incarnation = state.cell().incarnation,
                      .sequence = parts_.sequence(),
                      .revision = state.revision(),
                      .wall = state.wall(),
                      .version = HOLDFAST_VERSION},
                     static_cast<std::uint32_t>(objects_.size())));
  go_on();
}

void Backups::watch_pace() {
  parts_.alarm.set(kLookEvery, [weak = weak_from_this()] {
    const std::shared_ptr<Backups> self = weak.lock();
    if (!self || !self->sweeping_) return;
    const Limits& limits = self->limits_;
    const auto allowed = limits.grace + std::chrono::seconds(self->bytes_ / limits.slowest);
    if (self->parts_.clock.now() - self->began_ > allowed) {
      return self->fail(fmt::format("its client took {} bytes too slowly", self->bytes_));
    }
    if (self->parts_.sweeper.kept_bytes() > limits.most_kept_bytes) {
      return self->fail("too much changed meanwhile for a client as slow as this one");
    }
    self->watch_pace();
  });
}

void Backups::give(const Bytes& bytes) {
  bytes_ += bytes.size();
  taker_->take(bytes);
}

void Backups::go_on() {
  if (!sweeping_) return;
  object_ ? give_object() : parts_.sweeper.go_on();
}

void Backups::swept() {
  next_object();
}

void Backups::next_object() {
  object_.reset();
  if (objects_.empty()) {
    give(writer_->end());
    if (busy()) let_go().taken();
    return;
  }
  const lock::ObjectId id = objects_.back();
  objects_.pop_back();
  const auto read = [weak = weak_from_this(), number = number_, id](Result<Bytes> bytes) {
    const std::shared_ptr<Backups> self = weak.lock();
    if (!self || !self->sweeping_ || self->number_ != number) return;
    if (!bytes) return self->fail(bytes.error().message());
    self->object_ = *std::move(bytes);
    self->object_at_ = 0;
    self->giving_ = true;
    self->give(self->writer_->object(id));
    self->giving_ = false;
    self->give_object();
  };
  parts_.documents.read_object(id, read);
}

// The taker may end the backup whenever it is given something, or call go_on().
void Backups::give_object() {
  if (giving_) return;
  giving_ = true;
  while (sweeping_ && taker_->has_room() && object_at_ < object_->size()) {
    const ByteView block = ByteView(*object_)
                               .subspan(object_at_)
                               .first(std::min(kBackupBlockBytes, object_->size() - object_at_));
    object_at_ += block.size();
    give(writer_->block(block));
  }
  giving_ = false;
  if (sweeping_ && object_at_ == object_->size()) next_object();
}

void Backups::fail(std::string why) {
  let_go().failed({make_error_code(Errc::gave_up), std::move(why)});
}

void Backups::end(const BackupTaker& taker) {
  if (taker_ == &taker) let_go();
}

BackupTaker& Backups::let_go() {
  if (std::exchange(sweeping_, false)) {
    parts_.alarm.cancel();
    parts_.sweeper.end(*this);
    parts_.documents.let_go();
    object_.reset();
  }
  return *std::exchange(taker_, nullptr);
}

}  // namespace holdfast::keeper
