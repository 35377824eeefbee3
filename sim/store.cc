#include "store.h"

#include <utility>

#include "base/assert.h"

namespace holdfast::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kWrittenOf = 3;  // one in so many appends of unknown outcome was written,
constexpr std::uint64_t kLateOf = 2;     // and of the others one in so many arrives later

}  // namespace

// One server's view of the engine.
class SharedJournal final : public journal::Journal {
 public:
  SharedJournal(Store& store, std::function<bool()> exposed)
      : store_(store), handle_(journal::memory::open_on(store.engine_)), exposed_(std::move(exposed)) {}

  journal::Durability durability() const override { return handle_->durability(); }
  journal::Head head() const override { return handle_->head(); }
  Result<void> refresh() override {
    if (exposed_() && store_.random_.chance(store_.weather_.unknown_ppm)) {
      return Error{journal::make_error_code(journal::Errc::unavailable), "the engine does not answer"};
    }
    return handle_->refresh();
  }
  Result<void> reserve(std::size_t bytes) override {
    if (store_.weather_.full && exposed_()) {
      return Error{journal::make_error_code(journal::Errc::no_space), "the engine is full"};
    }
    return handle_->reserve(bytes);
  }
  Result<journal::Append> append(const journal::Head& previous, const journal::AppendId& id,
                                 ByteView entry) override {
    const bool answered = !exposed_() || !store_.random_.chance(store_.weather_.unknown_ppm);
    return answered ? store_.append(*handle_, previous, id, entry)
                    : store_.append_without_answer(*handle_, previous, id, entry);
  }
  Result<void> read(std::uint64_t first, const Visit& visit) override { return handle_->read(first, visit); }
  std::optional<journal::SnapshotInfo> latest_snapshot() const override { return handle_->latest_snapshot(); }
  Result<void> read_snapshot(const std::function<Result<void>(ByteView)>& visit) override {
    return handle_->read_snapshot(visit);
  }
  Result<std::unique_ptr<journal::SnapshotWriter>> begin_snapshot(const journal::Head& head) override {
    return handle_->begin_snapshot(head);
  }
  Result<void> trim() override { return handle_->trim(); }
  std::uint64_t bytes_since_snapshot() const override { return handle_->bytes_since_snapshot(); }
  journal::Objects& objects() override { return handle_->objects(); }

 private:
  Store& store_;
  std::unique_ptr<journal::Journal> handle_;
  std::function<bool()> exposed_;
};

Store::Store(Schedule& schedule, Random random, Durable durable)
    : schedule_(schedule), random_(random), durable_(std::move(durable)) {}

std::unique_ptr<journal::Journal> Store::open(std::function<bool()> exposed) {
  return std::make_unique<SharedJournal>(*this, std::move(exposed));
}

Result<journal::Append> Store::append(journal::Journal& handle, const journal::Head& previous,
                                      const journal::AppendId& id, ByteView entry) {
  const Result<journal::Append> appended = handle.append(previous, id, entry);
  const std::uint64_t sequence = previous.sequence + 1;
  if (appended && *appended == journal::Append::written && sequence > told_) {
    HOLDFAST_ASSERT(sequence == told_ + 1);
    told_ = sequence;
    durable_(sequence, entry);
  }
  return appended;
}

Result<journal::Append> Store::append_without_answer(journal::Journal& handle, const journal::Head& previous,
                                                     const journal::AppendId& id, ByteView entry) {
  ++figures_.unknown;
  if (random_.one_in(kWrittenOf)) {
    ++figures_.unknown_written;
    const Result<journal::Append> appended = append(handle, previous, id, entry);
    if (!appended) return appended;
  } else if (random_.one_in(kLateOf)) {
    arrive_late(previous, id, entry);
  }
  return journal::Append::unknown;
}

void Store::arrive_late(const journal::Head& previous, const journal::AppendId& id, ByteView entry) {
  const Nanos delay = random_.spread(milliseconds(1), seconds(20));
  schedule_.after(delay, [this, previous, id, bytes = Bytes(entry.begin(), entry.end())] {
    ++figures_.late;
    const std::unique_ptr<journal::Journal> nobody = journal::memory::open_on(engine_);
    (void)append(*nobody, previous, id, bytes);
  });
}

}  // namespace holdfast::sim
