#include <string>

#include "lock/command.h"
#include "service/event_id.h"
#include "service/lease_handle.h"
#include "target.h"

using namespace holdfast;

// A handle or an id has one form only, and only the holder of the secret makes handles.
HOLDFAST_FUZZ_TARGET(handles) {
  static const service::LeaseHandles ours({std::byte{1}});
  static const service::LeaseHandles theirs({std::byte{2}});
  const std::string_view text = as_text(input);
  if (const auto event = service::parse_event_id(text)) {
    std::string written;
    service::append_event_id(written, *event);
    HOLDFAST_ASSERT(written == text);
  }
  if (const auto lease = ours.check(text)) {
    std::string written;
    ours.append(written, *lease);
    HOLDFAST_ASSERT(written == text);
  }
  if (const auto lease = service::parse_lease_id(text)) {
    HOLDFAST_ASSERT(std::to_string(lease->value) == text);
    std::string written;
    ours.append(written, *lease);
    HOLDFAST_ASSERT(ours.check(written) == lease && !theirs.check(written));
  }
}
