#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/error.h"

namespace holdfast::cli::bench {

// Sends one command over a connection of its own and returns the text of its answer, an integer's too; empty
// for an array, an error or nil. Fails when the server cannot be reached or speaks no RESP.
Result<std::string> ask(const std::string& address, const std::string& command);

// The members of the server's INFO, as they stand there. Empty for a server that has no INFO; fails when it
// cannot be reached.
using Info = std::map<std::string, std::string>;
Result<Info> ask_info(const std::string& address);

// The process of a server on this machine: the one it tells, if such a process runs here.
std::optional<std::int64_t> process_of(const Info& info);

// The resident memory of a process on this machine, in bytes; nothing if it cannot be told.
std::optional<std::uint64_t> resident_bytes(std::int64_t process);

}  // namespace holdfast::cli::bench
