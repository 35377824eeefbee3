#include "lock/record_codec.h"
#include "lock/state.h"

// Digest and running snapshot follow every change of a record.

namespace holdfast::lock {

template <class T>
ByteView State::encoded(const T& record) {
  scratch_.clear();
  ByteWriter out(scratch_);
  encode_record(*this, record, out);
  return scratch_;
}

template <class T>
void State::before_change(T& record) {
  const ByteView bytes = encoded(record);
  if (!bytes.empty()) digest_.remove(bytes);
  if (!sweep_.active || record.swept == sweep_.number) return;
  record.swept = sweep_.number;
  if (bytes.empty()) return;
  ByteWriter(sweep_.pre_images).raw(bytes);
  ++sweep_.records;
}

template <class T>
void State::after_change(T& record) {
  const ByteView bytes = encoded(record);
  if (!bytes.empty()) digest_.add(bytes);
}

template <class T>
void State::added(T& record) {
  record.swept = sweep_.number;
  after_change(record);
}

template ByteView State::encoded(const Lock&);
template void State::before_change(Lock&);
template void State::after_change(Lock&);
template void State::added(Lock&);
template ByteView State::encoded(const Hold&);
template void State::before_change(Hold&);
template void State::after_change(Hold&);
template void State::added(Hold&);
template ByteView State::encoded(const Lease&);
template void State::before_change(Lease&);
template void State::after_change(Lease&);
template void State::added(Lease&);
template ByteView State::encoded(const Waiter&);
template void State::before_change(Waiter&);
template void State::after_change(Waiter&);
template void State::added(Waiter&);
template ByteView State::encoded(const Request&);
template void State::before_change(Request&);
template void State::after_change(Request&);
template void State::added(Request&);
template ByteView State::encoded(const EndedLease&);
template void State::before_change(EndedLease&);
template void State::after_change(EndedLease&);
template void State::added(EndedLease&);
template ByteView State::encoded(const HoldCap&);
template void State::before_change(HoldCap&);
template void State::after_change(HoldCap&);
template void State::added(HoldCap&);
template ByteView State::encoded(const Loss&);
template void State::before_change(Loss&);
template void State::after_change(Loss&);
template void State::added(Loss&);
template ByteView State::encoded(const Registration&);
template void State::before_change(Registration&);
template void State::after_change(Registration&);
template void State::added(Registration&);
template ByteView State::encoded(const ReleaseWish&);
template void State::before_change(ReleaseWish&);
template void State::after_change(ReleaseWish&);
template void State::added(ReleaseWish&);
template ByteView State::encoded(const Document&);
template void State::before_change(Document&);
template void State::after_change(Document&);
template void State::added(Document&);

}  // namespace holdfast::lock
