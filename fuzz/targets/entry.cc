#include "lock/entry.h"

#include "lock/event_codec.h"
#include "target.h"

using namespace holdfast;

// What is understood is written again so that the same comes back.
HOLDFAST_FUZZ_TARGET(entry) {
  const auto entry = lock::decode_entry(input);
  if (!entry) return;
  Bytes written;
  lock::encode_entry(entry->header, entry->events, written);
  const auto again = lock::decode_entry(written);
  HOLDFAST_ASSERT(again && again->events == entry->events);
  Bytes twice;
  lock::encode_entry(again->header, again->events, twice);
  HOLDFAST_ASSERT(twice == written);
  for (const lock::Event& event : entry->events) {
    Bytes bytes;
    ByteWriter out(bytes);
    lock::encode_event(event, out);
    HOLDFAST_ASSERT(bytes.size() <= lock::encoded_size_bound(event));
  }
}
