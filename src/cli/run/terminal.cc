#include "cli/run/terminal.h"

#include <unistd.h>

namespace holdfast::cli {

Terminal::Terminal() : ours_(::isatty(STDIN_FILENO) != 0 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp()) {}

// A failure means that the terminal is gone, which a HUP tells too.
void Terminal::give_to(pid_t group) const {
  if (ours_) ::tcsetpgrp(STDIN_FILENO, group);
}

void Terminal::take_back() const {
  give_to(::getpgrp());
}

}  // namespace holdfast::cli
