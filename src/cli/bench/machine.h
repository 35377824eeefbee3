#pragma once

#include <boost/json/fwd.hpp>

namespace holdfast::cli::bench {

// What figures depend on: cpu, cores, memory_bytes, kernel.
boost::json::object describe_machine();

}  // namespace holdfast::cli::bench
