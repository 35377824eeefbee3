#include "input.h"
#include "service/history/format.h"
#include "target.h"

namespace {

using namespace holdfast;
using namespace service::history;

// Frames follow each other, lie in the segment, and come out as they went in.
std::size_t check_frames(ByteView segment) {
  std::size_t frames = 0;
  for (std::size_t at = 0;;) {
    const auto frame = read_frame(segment, at);
    if (!frame) return frames;
    HOLDFAST_ASSERT(frame->end > at && frame->end <= segment.size() && frame->through > frame->after);
    Bytes again;
    keeper::EventChunk chunk{.through = frame->through, .at = frame->at};
    chunk.views.assign(frame->events.begin(), frame->events.end());
    append_frame(again, frame->after, chunk);
    HOLDFAST_ASSERT(std::ranges::equal(again, segment.subspan(at, frame->end - at)));
    at = frame->end;
    ++frames;
  }
}

void check_header(ByteView bytes) {
  const auto header = decode_header(bytes);
  if (!header) return;
  const Bytes again = encode_header({header->cell, header->incarnation}, lock::Revision{header->after},
                                    lock::WallTime(lock::Millis(header->at)), header->follows == 1);
  HOLDFAST_ASSERT(decode_header(again).has_value());
}

}  // namespace

// The first byte says whether the rest is a segment's bytes, or how frames are written and then changed.
HOLDFAST_FUZZ_TARGET(history_frames) {
  fuzz::Input choices(input);
  if (choices.flag()) {
    check_header(choices.rest());
    check_frames(choices.rest());
    return;
  }
  Bytes segment;
  const std::size_t written = choices.up_to(4);
  for (std::uint64_t at = 0; at < written; ++at) {
    const ByteView views = choices.take(choices.byte());
    append_frame(segment, lock::Revision{at},
                 {.through = lock::Revision{at + 1}, .views = Bytes(views.begin(), views.end())});
  }
  const Bytes before = segment;
  while (!choices.empty() && !segment.empty()) {
    segment[choices.two_bytes() % segment.size()] = std::byte{choices.byte()};
  }
  const std::size_t frames = check_frames(segment);
  HOLDFAST_ASSERT(frames <= written && (frames == written) == (segment == before));
}
