#include "service/history/reader.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "lock/event_view_codec.h"

namespace holdfast::service::history {
namespace {

// The events of a frame; none when they cannot be read.
std::optional<std::vector<lock::EventView>> events_of(const Frame& frame) {
  std::vector<lock::EventView> events;
  ByteReader in(frame.events);
  while (!in.done()) {
    auto event = lock::decode_view(in);
    if (!event) return std::nullopt;
    events.push_back(std::move(*event));
  }
  return events;
}

std::vector<Frame> frames_of(ByteView segment) {
  std::vector<Frame> frames;
  std::size_t offset = sizeof(SegmentHeader);
  while (const auto frame = read_frame(segment, offset)) {
    frames.push_back(*frame);
    offset = frame->end;
  }
  return frames;
}

}  // namespace

lock::Revision read_forward(const SegmentList& segments, lock::Revision after, const Visit& visit) {
  const std::vector<Segment> run = segments.newest_run();
  const auto next = std::partition_point(run.begin(), run.end(),
                                         [&](const Segment& segment) { return segment.after() <= after; });
  if (next == run.begin()) return after;
  const Segment& segment = *(next - 1);
  const auto bytes = load(segment);
  lock::Revision through = after;
  std::size_t offset = sizeof(SegmentHeader);
  while (bytes) {
    const auto frame = read_frame(*bytes, offset);
    if (!frame) break;
    offset = frame->end;
    if (frame->through <= after) continue;
    const auto events = events_of(*frame);
    if (!events) break;
    for (const lock::EventView& event : *events) {
      if (event.revision <= after) continue;
      through = event.revision;
      if (!visit(segment.header.incarnation, event)) return through;
    }
    through = frame->through;
  }
  return through;
}

Result<Backward> read_backward(const SegmentList& segments, lock::Revision before, std::size_t most_events,
                               const Visit& visit) {
  const std::vector<Segment> all = segments.all();
  std::size_t visited = 0;
  Backward result{.before = before};
  for (auto segment = all.rbegin(); segment != all.rend(); ++segment) {
    if (before && segment->after().next() >= before) continue;
    if (visited >= most_events) return Backward{result.before, true};
    const auto bytes = load(*segment);
    if (!bytes) return bytes.error();
    const std::vector<Frame> frames = frames_of(*bytes);
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
      if (before && frame->after.next() >= before) continue;
      const auto events = events_of(*frame);
      if (!events) continue;
      for (auto event = events->rbegin(); event != events->rend(); ++event) {
        if (before && event->revision >= before) continue;
        ++visited;
        result.before = event->revision;
        if (!visit(segment->header.incarnation, *event)) return Backward{result.before, true};
      }
      if (visited >= most_events) return Backward{result.before, true};
    }
  }
  return Backward{result.before, false};
}

}  // namespace holdfast::service::history
