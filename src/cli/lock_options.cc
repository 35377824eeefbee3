#include "cli/lock_options.h"

#include <CLI/CLI.hpp>

#include "cli/client_options.h"
#include "cli/duration.h"

namespace holdfast::cli {
namespace {

using client::Milliseconds;

constexpr Milliseconds kShortestTtl(100);
constexpr Milliseconds kLongestTtl = std::chrono::hours(24);

}  // namespace

Error option_error(const std::string& option, const std::string& text) {
  return Error{std::make_error_code(std::errc::invalid_argument), option + ": " + text};
}

void add_lock_options(CLI::App& command, LockOptions& options) {
  command.add_flag("-s,--shared", options.shared, "Shared instead of exclusive");
  auto* try_only = command.add_flag("-n,--try", options.try_only, "Do not wait");
  command.add_option("-w,--wait", options.wait, "Wait at most this long (default: without limit)")
      ->type_name("DURATION")
      ->excludes(try_only);
  command.add_option("-t,--ttl", options.ttl, "Life of the lease without renewal, 100ms to 24h, or none")
      ->type_name("DURATION")
      ->capture_default_str();
  command.add_option("--group", options.group, "Group of a shared hold; groups exclude each other")
      ->type_name("NAME");
  command.add_option("--permits", options.permits, "Permits that a shared hold takes of the limit")
      ->type_name("N");
  command.add_option("--limit", options.limit, "All permits there are: a semaphore")->type_name("N");
  command.add_option("--owner", options.owner, "Name shown to others (default: user@host (pid N))")
      ->type_name("TEXT");
  command.add_option("--reason", options.reason, "Why, shown to others")->type_name("TEXT");
}

Result<client::AcquireRequest> lock_request(const LockOptions& options) {
  const auto ttl = parse_duration_or_none(options.ttl);
  if (!ttl) return option_error("--ttl", ttl.error().detail);
  if (ttl->count() != -1 && (*ttl < kShortestTtl || *ttl > kLongestTtl)) {
    return option_error("--ttl", "must be 100ms to 24h, or none");
  }
  return client::AcquireRequest{
      .keys = options.keys,
      .shared = options.shared || !options.group.empty() || options.permits || options.limit,
      .group = options.group,
      .permits = options.permits,
      .limit = options.limit,
      .ttl = *ttl,
      .owner = options.owner.empty() ? default_owner() : options.owner,
      .reason = options.reason};
}

Result<std::optional<Milliseconds>> wait_of(const LockOptions& options) {
  if (options.try_only) return std::optional(Milliseconds(0));
  if (options.wait.empty()) return std::optional<Milliseconds>();
  const auto wait = parse_duration_or_none(options.wait);
  if (!wait) return option_error("--wait", wait.error().detail);
  if (wait->count() == -1) return std::optional<Milliseconds>();
  return std::optional(*wait);
}

}  // namespace holdfast::cli
