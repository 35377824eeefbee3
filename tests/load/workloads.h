#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client.h"

namespace holdfast::load {

// The workloads by name:
//   pairs     acquire and release keys that no other client uses
//   handover  all clients on one key: wait, get it, release it
//   renew     each client renews one lease of its own
//   hold      acquires `count` locks and leaves them held
//   mix       acquires, waits, renewals, releases on keys of its own and on shared ones; some are kept
//   contend   few clients on few keys: tries, waits, looks, renewals, releases; the history is for
//   tests/linearizability observe   looks at the queue of the hand-over key, for the history
std::vector<std::string> workload_names();

// Null for a name that is none.
std::unique_ptr<Workload> make_workload(const std::string& name, const Run& run);

}  // namespace holdfast::load
