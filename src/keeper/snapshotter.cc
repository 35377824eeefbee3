#include "keeper/snapshotter.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

namespace holdfast::keeper {
namespace {

constexpr std::chrono::seconds kFirstPatience{10};
constexpr std::chrono::minutes kLongestPatience{10};
constexpr std::uint64_t kQuietShare = 8;
// What an entry costs at least, however little it says: a tick has a few bytes, its record a block of the
// disk.
constexpr std::uint64_t kLeastEntryBytes = 1'024;

}  // namespace

Snapshotter::Snapshotter(const Parts& parts, std::uint64_t every_bytes, Newest newest,
                         std::optional<lock::WallTime> covers_until)
    : io_(parts.io),
      state_(parts.state),
      sweeper_(parts.sweeper),
      runner_(parts.runner),
      clock_(parts.clock),
      events_(parts.events),
      open_stream_(parts.open_stream),
      every_bytes_(every_bytes),
      newest_(newest),
      not_before_(parts.clock.now()),
      patience_(kFirstPatience) {
  figures_.covers_until = covers_until;
}

template <class Handler>
auto Snapshotter::alive(Handler handler) {
  return [weak = weak_from_this(), handler = std::move(handler)](auto&&... arguments) {
    const std::shared_ptr<Snapshotter> self = weak.lock();
    if (self && !self->stopped_) handler(*self, std::forward<decltype(arguments)>(arguments)...);
  };
}

void Snapshotter::at(const journal::Head& head, std::uint64_t bytes_since_snapshot, bool quiet) {
  if (active_ || stopped_ || sweeper_.busy()) return;
  const std::uint64_t entries = head.sequence - newest_.sequence;
  const std::uint64_t grown = std::max(bytes_since_snapshot, entries * kLeastEntryBytes);
  const std::uint64_t due = std::max(every_bytes_, newest_.bytes);
  if (grown < (quiet ? due / kQuietShare : due)) return;
  if (clock_.now() < not_before_) return;
  begin(head);
}

void Snapshotter::begin(const journal::Head& head) {
  active_ = true;
  sweeping_ = {head.sequence, 0};
  sweeping_until_ = state_.wall();
  began_ = clock_.now();
  sweeper_.begin(*this, kChunkBytes);
  using Writer = Result<std::unique_ptr<journal::SnapshotWriter>>;
  const auto writer = std::make_shared<Writer>();
  runner_.run([writer, head](journal::Journal& journal) { *writer = journal.begin_snapshot(head); },
              alive([writer, keep = events_.keep(state_)](Snapshotter& self) {
                if (!*writer) return self.failed(writer->error());
                self.stream_ = self.open_stream_(SnapshotStream::Parts{
                    .io = self.io_,
                    .writer = std::move(*writer).value(),
                    .keep = keep,
                    .room = self.alive([](Snapshotter& again) { again.sweeper_.go_on(); }),
                    .ended = self.alive(
                        [](Snapshotter& again, const Result<void>& result) { again.ended(result); })});
                self.sweeper_.go_on();
              }));
}

void Snapshotter::take(ByteView chunk) {
  stream_->push(Bytes(chunk.begin(), chunk.end()));
  sweeping_.bytes += chunk.size();
}

void Snapshotter::ended(const Result<void>& result) {
  if (!result) return failed(result.error());
  newest_ = sweeping_;
  ++figures_.taken;
  figures_.last_took = clock_.now() - began_;
  figures_.covers_until = sweeping_until_;
  patience_ = kFirstPatience;
  stream_.reset();
  const auto trimmed = std::make_shared<Result<void>>();
  runner_.run([trimmed](journal::Journal& journal) { *trimmed = journal.trim(); },
              alive([trimmed](Snapshotter& self) {
                self.active_ = false;
                if (!*trimmed) spdlog::warn("the journal was not trimmed: {}", trimmed->error().message());
              }));
}

void Snapshotter::failed(const Error& error) {
  spdlog::warn("a snapshot failed and will be tried again: {}", error.message());
  sweeper_.end(*this);
  stream_.reset();
  active_ = false;
  ++figures_.failed;
  not_before_ = clock_.now() + patience_;
  patience_ = std::min<Nanos>(2 * patience_, kLongestPatience);
}

void Snapshotter::stop() {
  stopped_ = true;
  sweeper_.end(*this);
  stream_.reset();
}

}  // namespace holdfast::keeper
