#include "api/http/watch/event_filter.h"

#include <algorithm>

namespace holdfast::api::http {
bool EventFilter::takes(const lock::EventView& event, const KeyTest& held) const {
  if (lease && event.lease != lease) {
    if (event.kind != lock::EventKind::release_requested) return false;
    if (!std::ranges::any_of(event.keys, held, &lock::EventKey::key)) return false;
  }
  return prefix.empty() || std::ranges::any_of(event.keys, [this](const lock::EventKey& key) {
           return has_prefix(key, prefix);
         });
}

}  // namespace holdfast::api::http
