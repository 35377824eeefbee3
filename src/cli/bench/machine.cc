#include "cli/bench/machine.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace holdfast::cli::bench {
namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    return colon == std::string::npos ? "" : line.substr(colon + 2);
  }
  return "";
}

std::string kernel() {
  utsname names{};
  if (::uname(&names) != 0) return "";
  return std::string(names.sysname) + " " + names.release + " " + names.machine;
}

// The flags of an open file, as /proc tells them in octal; 0 if it does not.
unsigned long flags_of(const std::filesystem::path& info) {
  std::ifstream lines(info);
  for (std::string word; lines >> word;) {
    if (word == "flags:" && lines >> word) return std::strtoul(word.c_str(), nullptr, 8);
  }
  return 0;
}

bool writes(unsigned long flags) {
  return (flags & O_ACCMODE) != O_RDONLY;
}

// The device of the file that is most likely the journal; 0 if there is none.
dev_t journal_device(const std::filesystem::path& process) {
  std::error_code error;
  dev_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(process / "fd", error)) {
    struct stat file {};
    const unsigned long flags = flags_of(process / "fdinfo" / entry.path().filename());
    const bool standard = std::atoi(entry.path().filename().c_str()) <= STDERR_FILENO;
    if (standard || !writes(flags) || ::stat(entry.path().c_str(), &file) != 0 || !S_ISREG(file.st_mode))
      continue;
    if ((flags & O_DIRECT) != 0) return file.st_dev;
    if (found == 0) found = file.st_dev;
  }
  return found;
}

}  // namespace

// A line of mountinfo: two ids, the device, root, place and options of the mount, some tags, `-`, type and
// source.
std::string disk_of(std::int64_t process) {
  const dev_t device = journal_device("/proc/" + std::to_string(process));
  const std::string wanted = fmt::format(" {}:{} ", major(device), minor(device));
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; device != 0 && std::getline(mounts, line);) {
    const std::size_t mark = line.find(" - ");
    if (line.find(wanted) == std::string::npos || mark == std::string::npos) continue;
    std::istringstream rest(line.substr(mark + 3));
    std::string type, source;
    rest >> type >> source;
    return fmt::format("{} on {}", type, source);
  }
  return "";
}

boost::json::object describe_machine() {
  return {{"cpu", processor()},
          {"cores", std::thread::hardware_concurrency()},
          {"memory_bytes", ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE)},
          {"kernel", kernel()}};
}

}  // namespace holdfast::cli::bench
