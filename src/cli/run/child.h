#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "base/error.h"
#include "cli/run/signal_source.h"

namespace holdfast::cli {

struct ChildSpec {
  std::vector<std::string> command;  // program (searched in PATH unless it has a slash) and arguments
  std::vector<std::pair<std::string, std::string>> environment;  // set on top of ours
  std::vector<int> descriptors;                                  // open_descriptors() of the start
  bool foreground = false;                                       // gets the terminal on standard input
  bool die_with_parent = true;
};

// The command of `run` and its process group. No shell is involved, not even for a script without `#!`.
//
// This process makes itself the reaper of orphans, so that it sees the whole group: when the command has
// ended, what it left running in its group is this process's child.
//
// If this process dies by `kill -9`, nobody is left who could end the command at the deadline, so the kernel
// kills it (PR_SET_PDEATHSIG, SIGKILL). That reaches the command itself, not the processes it started, and
// not a command that changes its user: it narrows the hole, the fencing token closes it.
class Child {
 public:
  // The code of an Error is that of execve: ENOENT if the program is not found, else why it cannot be run.
  static Result<Child> start(const ChildSpec& spec, const SignalSource& signals);

  // To every process of the group. Call it only while the group may have members (until group_is_empty()).
  void signal(int number) const;

  // Collects all ended processes. Returns the command's exit code when it has ended by now: its own, or
  // 128 + signal. `stopped` is set when the command was stopped (Ctrl-Z) since the last call.
  std::optional<int> reap(bool& stopped);

  // After the command has ended: whether everything in its group has.
  bool group_is_empty() const;

  pid_t group() const { return pid_; }

 private:
  explicit Child(pid_t pid) : pid_(pid) {}

  pid_t pid_;
  std::optional<int> exit_code_;
};

}  // namespace holdfast::cli
