#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "client/messages.h"

namespace CLI {
class App;
}

namespace holdfast::cli {

// What `run` and `acquire` ask for. Durations are kept as given until lock_request() and wait_of() read them.
struct LockOptions {
  std::vector<std::string> keys;
  bool shared = false;
  bool try_only = false;
  std::string wait;
  std::string ttl = "30s";
  std::string group;
  std::optional<std::uint64_t> permits;
  std::optional<std::uint64_t> limit;
  std::string owner;
  std::string reason;
};

void add_lock_options(CLI::App& command, LockOptions& options);

// The request without its wait. Fails with std::errc::invalid_argument; the text names the option.
Result<client::AcquireRequest> lock_request(const LockOptions& options);

// How long to wait: 0 for --try, nothing (no limit) without --try and --wait.
Result<std::optional<client::Milliseconds>> wait_of(const LockOptions& options);

// "--option: text" as an std::errc::invalid_argument.
Error option_error(const std::string& option, const std::string& text);

}  // namespace holdfast::cli
