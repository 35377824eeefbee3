#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lock/types.h"

namespace holdfast::lock {

// The settings of a registered key (design.md section 3). Zero and empty mean: no such rule.
struct Settings {
  std::string description;
  std::vector<std::string> owners;         // principals; besides administrators, only they may use the key
  std::uint32_t limit = 0;                 // of permits held together
  std::vector<std::string> shared_groups;  // that shared holds may name; as shown, "read" the default one
  Millis lock_delay{0};                    // closed so long after an expiry or a break
  Millis max_hold{0};                // longest hold, whatever the renewals, of those granted from now on
  Millis max_ttl{0};                 // of leases that hold the key: longer ones are shortened to it
  Millis max_wait{0};                // longer waits are shortened to it
  bool allow_multi_key_wait = true;  // whether it may be waited for together with other keys
  bool record_refusals = false;      // make an event of each refusal

  friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace holdfast::lock
