#include "lock/event_view_codec.h"
#include "lock/settings_codec.h"
#include "target.h"

namespace {

using namespace holdfast;

void check_view(ByteView input) {
  ByteReader in(input);
  const auto view = lock::decode_view(in);
  HOLDFAST_ASSERT(view.has_value() == !in.failed());
  if (!view) return;
  Bytes bytes;
  ByteWriter out(bytes);
  lock::encode_view(*view, out);
  ByteReader written(bytes);
  HOLDFAST_ASSERT(lock::decode_view(written) == view && written.done());
}

void check_settings(ByteView input) {
  ByteReader in(input);
  const lock::Settings settings = lock::get_settings(in);
  if (in.failed()) return;
  Bytes bytes;
  ByteWriter out(bytes);
  lock::put(out, settings);
  ByteReader written(bytes);
  HOLDFAST_ASSERT(lock::get_settings(written) == settings && written.done());
}

}  // namespace

HOLDFAST_FUZZ_TARGET(event_view) {
  check_view(input);
  check_settings(input);
}
