#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lock/event_view.h"

namespace holdfast::api::http {

using KeyTest = std::function<bool(const std::string& key)>;

// Which events a watcher is told, and which of their keys.
struct EventFilter {
  // Only events that name a key which begins so, and only those keys of them. Empty: all.
  std::string prefix;
  // Only events of this lease, and requests for the release of keys that it holds when they are told. None:
  // all.
  lock::LeaseId lease;

  bool takes_all() const { return prefix.empty() && !lease; }
  // `held` tells whether the lease holds a key.
  bool takes(const lock::EventView& event, const KeyTest& held) const;
};

// Whether a key is one of a prefix.
inline bool has_prefix(const lock::EventKey& key, std::string_view prefix) {
  return key.key.starts_with(prefix);
}

}  // namespace holdfast::api::http
