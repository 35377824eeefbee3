#include "lock/snapshot.h"

#include <algorithm>

#include "lock/errc.h"
#include "lock/field_codec.h"
#include "lock/record_codec.h"

namespace holdfast::lock {
namespace {

constexpr std::string_view kMagic = "HFSNAP01";
constexpr std::uint8_t kEnd = 0xff;

// What a reader has to know.
std::uint32_t level_of(const State& state) {
  return std::min(state.level(), kSnapshotFeatureLevel);
}

void put_header(const State& state, ByteWriter& out) {
  out.raw(as_bytes(kMagic));
  out.varint(level_of(state));
  out.raw(state.cell().id);
  out.raw(state.cell().secret);
  out.varint(state.cell().incarnation);
  out.varint(state.cell().rate_ppm);
  put(out, state.time());
  put(out, state.wall());
  put(out, state.revision());
  put(out, state.epoch());
  put(out, state.next_token());
  out.varint(state.level());
  put(out, state.quiet_until());
  put(out, state.longest_ttl());
  out.text(state.successor());
  out.u64(state.digest().high());
  out.u64(state.digest().low());
}

}  // namespace

// --- sweep ---

SnapshotSweep::SnapshotSweep(State& state) : state_(state) {
  HOLDFAST_ASSERT(!state_.sweep_.active);
  state_.sweep_ = {.number = state_.sweep_.number + 1, .active = true};
  ByteWriter out(header_);
  put_header(state_, out);
}

SnapshotSweep::~SnapshotSweep() {
  state_.sweep_.active = false;
  state_.sweep_.pre_images = {};
}

std::size_t SnapshotSweep::kept_bytes() const {
  return state_.sweep_.pre_images.size();
}

bool SnapshotSweep::next(std::size_t records, Bytes& bytes) {
  ByteWriter out(bytes);
  out.raw(std::exchange(header_, {}));
  State::Sweep& sweep = state_.sweep_;
  if (sweep.pool == 0 && sweep_pool(state_.leases_, records, out)) ++sweep.pool;
  if (sweep.pool == 1 && sweep_pool(state_.requests_, records, out)) ++sweep.pool;
  if (sweep.pool == 2 && sweep_pool(state_.waiters_, records, out)) ++sweep.pool;
  if (sweep.pool == 3 && sweep_pool(state_.holds_, records, out)) ++sweep.pool;
  if (sweep.pool == 4 && sweep_pool(state_.locks_, records, out)) ++sweep.pool;
  if (sweep.pool == 5 && sweep_pool(state_.ended_leases_, records, out)) ++sweep.pool;
  if (sweep.pool == 6 && sweep_pool(state_.caps_, records, out)) ++sweep.pool;
  if (sweep.pool == 7 && sweep_pool(state_.losses_, records, out)) ++sweep.pool;
  if (sweep.pool == 8 && sweep_pool(state_.registrations_, records, out)) ++sweep.pool;
  if (sweep.pool == 9 && sweep_pool(state_.wishes_, records, out)) ++sweep.pool;
  if (sweep.pool == 10 && sweep_pool(state_.documents_, records, out)) ++sweep.pool;
  out.raw(sweep.pre_images);
  sweep.pre_images.clear();
  if (sweep.pool < 11) return true;
  if (ended_) return false;
  ended_ = true;
  out.u8(kEnd);
  out.u64(sweep.records);
  return false;
}

// True when the pool is swept whole. A free slot counts a little too, so that a call's work stays bounded.
template <class T>
bool SnapshotSweep::sweep_pool(Pool<T>& pool, std::size_t& records, ByteWriter& out) {
  State::Sweep& sweep = state_.sweep_;
  for (; sweep.slot < pool.slots(); ++sweep.slot) {
    if (records == 0) return false;
    --records;
    T* record = pool.at_slot(sweep.slot);
    if (record == nullptr || record->swept == sweep.number) continue;
    record->swept = sweep.number;
    const ByteView encoded = state_.encoded(*record);
    if (encoded.empty()) continue;
    out.raw(encoded);
    ++sweep.records;
  }
  sweep.slot = 0;
  return true;
}

// --- load ---

namespace {

class Load {
 public:
  Load(State& state, ByteReader& in) : state_(state), in_(in) {}

  Result<void> run() {
    if (as_text(in_.raw(kMagic.size())) != kMagic) return Error{Errc::malformed, "not a snapshot"};
    const std::uint64_t level = in_.varint();
    if (level > kSnapshotFeatureLevel) return Error{Errc::unknown_feature, "snapshot"};
    if (level == 0) return Error{Errc::malformed, "snapshot"};
    read_header();
    read_records();
    if (!in_.done() || !is_sound_ || level != level_of(state_)) return Error{Errc::malformed, "snapshot"};
    if (!link()) return Error{Errc::malformed, "snapshot whose records do not belong together"};
    state_.restore_counters(revision_, time_, wall_);
    if (state_.digest() != digest_) return Error{Errc::digest_mismatch, "snapshot"};
    return {};
  }

 private:
  void read_header() {
    Cell cell;
    const ByteView id = in_.raw(cell.id.size());
    std::copy(id.begin(), id.end(), cell.id.begin());
    const ByteView secret = in_.raw(cell.secret.size());
    std::copy(secret.begin(), secret.end(), cell.secret.begin());
    cell.incarnation = in_.varint();
    cell.rate_ppm = get_u32(in_);
    time_ = get_journal_time(in_);
    wall_ = get_wall_time(in_);
    revision_ = get_id<Revision>(in_);
    state_.set_epoch(get_id<Epoch>(in_));
    state_.set_cell(cell, get_id<FencingToken>(in_));
    state_.raise_level(get_u32(in_));
    state_.keep_quiet(get_journal_time(in_));
    const Millis longest_ttl = get_millis(in_);
    state_.saw_ttl(longest_ttl);
    state_.seal(std::string(get_view(in_)));
    const std::uint64_t high = in_.u64();
    digest_ = SetDigest::from_parts(high, in_.u64());
    is_sound_ = longest_ttl == state_.longest_ttl();
  }

  void read_records() {
    for (std::uint64_t count = 0; !in_.failed(); ++count) {
      const std::uint8_t kind = in_.u8();
      if (kind == kEnd) {
        if (in_.u64() != count) in_.fail();
        return;
      }
      switch (static_cast<RecordKind>(kind)) {
        case RecordKind::lease:
          leases_.push_back(decode_lease(in_));
          break;
        case RecordKind::request:
          requests_.push_back(decode_request(in_));
          break;
        case RecordKind::waiter:
          waiters_.push_back(decode_waiter(in_));
          break;
        case RecordKind::hold:
          holds_.push_back(decode_hold(in_));
          break;
        case RecordKind::closed_lock:
          closed_locks_.push_back(decode_closed_lock(in_));
          break;
        case RecordKind::ended_lease:
          ended_leases_.push_back(decode_ended_lease(in_));
          break;
        case RecordKind::hold_cap:
          caps_.push_back(decode_hold_cap(in_));
          break;
        case RecordKind::loss:
          losses_.push_back(decode_loss(in_));
          break;
        case RecordKind::registration:
          registrations_.push_back(decode_registration(in_));
          break;
        case RecordKind::release_wish:
          wishes_.push_back(decode_release_wish(in_));
          break;
        case RecordKind::document:
          documents_.push_back(decode_document(in_));
          break;
        default:
          in_.fail();
      }
    }
  }

  // In an order in which every reference is there already, and lists come out as they were.
  bool link() {
    std::ranges::sort(requests_, {}, &Request::ended);
    for (Request& request : requests_) {
      if (state_.find_request(request.tag)) return false;
      const bool ended = static_cast<bool>(request.ended);
      const Ref<Request> ref = state_.add_request(std::move(request));
      if (ended) state_.restore_ended(ref);
    }
    for (NamedLease& named : leases_) {
      if (state_.find_lease(named.lease.id) || !find(named.request, named.lease.request)) return false;
      state_.add_lease(std::move(named.lease));
    }
    if (!std::ranges::all_of(registrations_, [&](NamedRegistration& n) { return link_registration(n); })) {
      return false;
    }
    std::ranges::sort(holds_, {}, [](const NamedHold& named) { return named.hold.token; });
    if (!std::ranges::all_of(holds_, [&](NamedHold& named) { return link_hold(named); })) return false;
    if (!std::ranges::all_of(caps_, [&](const NamedHoldCap& named) { return link_cap(named); })) return false;
    if (!std::ranges::all_of(losses_, [&](NamedLoss& named) { return link_loss(named); })) return false;
    if (!std::ranges::all_of(wishes_, [&](NamedReleaseWish& named) { return link_wish(named); }))
      return false;
    for (const NamedClosedLock& named : closed_locks_) {
      state_.close_lock(state_.use_lock(named.key), named.closed_until);
    }
    std::ranges::sort(waiters_, {}, [](const NamedWaiter& named) { return named.waiter.id; });
    if (!std::ranges::all_of(waiters_, [&](NamedWaiter& named) { return link_waiter(named); })) return false;
    std::ranges::sort(ended_leases_, {}, &EndedLease::ended);
    for (EndedLease& ended : ended_leases_) {
      if (state_.find_ended_lease(ended.id)) return false;
      state_.add_ended_lease(std::move(ended));
    }
    for (const Document& document : documents_) {
      if (state_.find_document(document.key.view())) return false;
      state_.put_document(document.key.view(), document.object, document.bytes);
    }
    return true;
  }

  bool link_hold(NamedHold& named) {
    Hold& hold = named.hold;
    hold.lease = state_.find_lease(named.lease);
    if (!hold.lease || !find(named.request, hold.request)) return false;
    hold.lock = state_.use_lock(named.key);
    if (hold.token >= state_.next_token() || state_.find_hold(hold.lease, hold.lock)) return false;
    state_.add_hold(std::move(hold));
    return true;
  }

  bool link_registration(NamedRegistration& named) {
    const Ref<Lock> lock = state_.use_lock(named.key);
    if (state_.settings(lock)) return false;
    state_.add_registration(lock, std::move(named.registration));
    return true;
  }

  bool link_cap(const NamedHoldCap& named) {
    const Ref<Hold> hold = state_.find_hold(state_.find_lease(named.lease), state_.find_lock(named.key));
    if (!hold || state_.holds()[hold].cap) return false;
    state_.add_cap(hold, named.until);
    return true;
  }

  bool link_loss(NamedLoss& named) {
    const Ref<Lease> lease = state_.find_lease(named.lease);
    if (!lease) return false;
    state_.add_loss(lease, std::move(named.loss));
    return true;
  }

  bool link_wish(NamedReleaseWish& named) {
    const Ref<Lock> lock = state_.find_lock(named.key);
    if (!lock || state_.locks()[lock].holder_count == 0) return false;
    state_.add_wish(lock, std::move(named.wish));
    return true;
  }

  bool link_waiter(NamedWaiter& named) {
    Waiter& waiter = named.waiter;
    if (waiter.lease_id) waiter.lease = state_.find_lease(waiter.lease_id);
    if (static_cast<bool>(waiter.lease_id) != static_cast<bool>(waiter.lease)) return false;
    if (state_.find_waiter(waiter.id) || !find(named.request, waiter.request)) return false;
    std::vector<Place> places;
    for (NamedPlace& place : named.places) {
      place.place.lock = state_.use_lock(place.key);
      places.push_back(std::move(place.place));
    }
    state_.add_waiter(std::move(waiter), std::move(places));
    return true;
  }

  bool find(const std::array<std::uint64_t, 2>& id, Ref<Request>& request) const {
    if (id[0] == 0 && id[1] == 0) return true;
    request = state_.find_request(RequestTag{id, 0});
    return static_cast<bool>(request);
  }

  State& state_;
  ByteReader& in_;
  JournalTime time_{};
  WallTime wall_{};
  Revision revision_;
  SetDigest digest_;
  bool is_sound_ = false;  // the header, in what the digest does not see
  std::vector<NamedLease> leases_;
  std::vector<Request> requests_;
  std::vector<NamedWaiter> waiters_;
  std::vector<NamedHold> holds_;
  std::vector<NamedClosedLock> closed_locks_;
  std::vector<EndedLease> ended_leases_;
  std::vector<NamedHoldCap> caps_;
  std::vector<NamedLoss> losses_;
  std::vector<NamedRegistration> registrations_;
  std::vector<NamedReleaseWish> wishes_;
  std::vector<Document> documents_;
};

}  // namespace

void SnapshotLoader::feed(ByteView piece) {
  bytes_.insert(bytes_.end(), piece.begin(), piece.end());
}

Result<void> SnapshotLoader::finish(State& state) {
  ByteReader in(bytes_);
  return Load(state, in).run();
}

}  // namespace holdfast::lock
