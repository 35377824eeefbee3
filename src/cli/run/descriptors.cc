#include "cli/run/descriptors.h"

#include <algorithm>
#include <cstdlib>
#include <dirent.h>
#include <linux/close_range.h>
#include <unistd.h>

namespace holdfast::cli {

std::vector<int> open_descriptors() {
  std::vector<int> found;
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    const int fd = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != ::dirfd(directory)) found.push_back(fd);
  }
  ::closedir(directory);
  std::ranges::sort(found);
  return found;
}

void close_others_on_exec(const std::vector<int>& kept) {
  if (kept.empty()) return;
  unsigned first = 3;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number < first) continue;
    if (number > first) ::close_range(first, number - 1, CLOSE_RANGE_CLOEXEC);
    first = number + 1;
  }
  ::close_range(first, ~0U, CLOSE_RANGE_CLOEXEC);
}

}  // namespace holdfast::cli
