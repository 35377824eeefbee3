#pragma once

#include <vector>

namespace holdfast::cli {

// The open descriptors of this process, sorted; empty if they cannot be listed. Taken first thing in `run`:
// its command inherits these and no others, whatever libraries opened meanwhile. A socket that a command kept
// open would hide from the server that the client is gone.
std::vector<int> open_descriptors();

// Marks all descriptors but 0–2 and `kept` (sorted) as close-on-exec. Async-signal-safe. Does nothing if
// `kept` is empty.
void close_others_on_exec(const std::vector<int>& kept);

}  // namespace holdfast::cli
