#pragma once

#include <sys/types.h>

namespace holdfast::cli {

// The foreground of the terminal on standard input, if there is one and this process has it: then it is the
// command that Ctrl-C, Ctrl-Z and the keyboard belong to. Otherwise everything here does nothing.
class Terminal {
 public:
  Terminal();

  bool is_ours() const { return ours_; }
  void give_to(pid_t group) const;
  void take_back() const;

 private:
  bool ours_;
};

}  // namespace holdfast::cli
