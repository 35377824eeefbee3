#pragma once

#include <cstdint>
#include <string>

#include <boost/json/fwd.hpp>

namespace holdfast::cli::bench {

// What figures depend on: cpu, cores, memory_bytes, kernel.
boost::json::object describe_machine();

// Where a process of this machine keeps its journal: "ext4 on /dev/vda", by the file that it writes past the
// cache, or else by the first one that it writes. Empty if that cannot be told.
std::string disk_of(std::int64_t process);

}  // namespace holdfast::cli::bench
