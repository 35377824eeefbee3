#include <iostream>
#include <memory>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/describe.h"
#include "cli/duration.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"
#include "client/request_id.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  std::string key;
  std::string reason;
  std::optional<std::uint64_t> token;
  std::string lease;
  std::optional<std::uint64_t> waiter;
  bool now = false;
  bool yes = false;

  bool names_target() const { return token || waiter || !lease.empty(); }
};

// Empty when the answer is yes.
std::optional<int> refuses_to_confirm(const Options& options) {
  if (options.yes) return std::nullopt;
  if (::isatty(STDIN_FILENO) == 0) {
    complain("there is no terminal to ask on: confirm with --yes, or name the hold with --token");
    return kExitUsage;
  }
  fmt::print(stderr, "break it{}? [y/N] ", options.now ? ", and open the key at once" : "");
  std::string line;
  std::getline(std::cin, line);
  if (line == "y" || line == "Y" || line == "yes") return std::nullopt;
  complain("nothing was broken");
  return kExitFailure;
}

void list_holders(const client::LockView& lock) {
  for (const auto& holder : lock.holders) {
    complain(fmt::format("{} is held by {} ({}, fencing token {})", lock.key, describe_holder(holder),
                         holder.mode, holder.fencing_token));
  }
  if (lock.holder_count > lock.holders.size()) {
    complain(fmt::format("and by {} more", lock.holder_count - lock.holders.size()));
  }
}

// The exit code, or the fencing token of the only holder, which was shown and confirmed. It is the token that
// is broken and not whoever holds the key when the request arrives.
std::variant<int, std::uint64_t> choose(client::Connection& connection, const Options& options) {
  const auto answer = client::persist(
      [&](client::Milliseconds left) { return connection.show_lock(options.key, {.timeout = left}); },
      kReadPatience, {});
  const auto* reply = answer ? std::get_if<client::LockReply>(&*answer) : nullptr;
  if (reply == nullptr) {
    return conclude<client::LockReply>(answer, options.client, connection.settings(), [](const auto&) {});
  }
  const client::LockView& lock = reply->lock;
  list_holders(lock);
  if (lock.holders.empty()) {
    complain("nobody holds " + lock.key);
    if (lock.queue_length > 0) complain("name the place of a waiter with --waiter (`holdfast show --json`)");
    return kExitFailure;
  }
  if (lock.holder_count > 1) {
    complain("several hold it: name one with --token");
    return kExitUsage;
  }
  if (const auto code = refuses_to_confirm(options)) return *code;
  return lock.holders.front().fencing_token;
}

void show(const client::BreakReply& reply) {
  for (const auto& broken : reply.broken) {
    const std::string owner = name_of_owner(broken.owner);
    if (broken.waiter) {
      say(fmt::format("{} no longer waits for {}", owner, broken.key));
    } else if (broken.opens_in) {
      const bool at_once = broken.opens_in->count() == 0;
      say(fmt::format("broke the hold of {} on {} (fencing token {}), which opens {}", owner, broken.key,
                      broken.fencing_token, at_once ? "now" : "in " + format_duration(*broken.opens_in)));
    } else {
      say(fmt::format("broke the hold of lease {} on {}", broken.lease, broken.key));
    }
  }
}

int break_hold(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  client::BreakRequest request{.key = options.key,
                               .lease = options.lease,
                               .fencing_token = options.token,
                               .waiter = options.waiter,
                               .reason = options.reason,
                               .now = options.now,
                               .owner = default_owner(),
                               .request_id = client::new_request_id()};
  if (!options.names_target()) {
    const auto choice = choose(connection, options);
    if (const int* code = std::get_if<int>(&choice)) return *code;
    request.fencing_token = std::get<std::uint64_t>(choice);
  }
  const auto answer = client::persist(
      [&](client::Milliseconds left) { return connection.break_hold(request, {.timeout = left}); }, kPatience,
      {});
  return conclude<client::BreakReply>(answer, options.client, *settings, show);
}

}  // namespace

void add_break(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("break", "Take a lock from its holder, or a waiter out of the queue");
  auto options = std::make_shared<Options>();
  command->add_option("KEY", options->key, "The key")->required();
  command->add_option("--reason", options->reason, "Why: told to the one concerned, and recorded")
      ->type_name("TEXT")
      ->required();
  auto* token = command->add_option("--token", options->token,
                                    "Break the hold with this fencing token (default: the only one, after "
                                    "a question)");
  token->type_name("N");
  auto* lease = command->add_option("--lease", options->lease, "Break the hold of the lease with this id");
  lease->type_name("ID")->excludes(token);
  command->add_option("--waiter", options->waiter, "Break this place in the queue, as `show --json` has it")
      ->type_name("N")
      ->excludes(token)
      ->excludes(lease);
  command->add_flag("--now", options->now,
                    "Open the key at once: only when the owner is known to be dead or to have stopped");
  command->add_flag("-y,--yes", options->yes, "Do not ask");
  add_client_options(*command, options->client);
  command->footer(
      "The hold ends at once, but its owner may not know it yet: the key stays closed until the hold's\n"
      "present expiry, unless --now is given. `holdfast run` ends its command within about a second. A\n"
      "lease that an acquire opened ends with all its keys.\n\n"
      "Exit code: 1 if there is nothing to break or the answer was no; 64 if several hold the key or\n"
      "there is no terminal to ask on.\n\n"
      "Examples:\n"
      "  holdfast break deploy/prod --reason 'the runner is gone'          # shows the holder and asks\n"
      "  holdfast break deploy/prod --reason 'the runner is gone' --yes\n"
      "  holdfast break deploy/prod --reason 'host1 was switched off' --token 42 --now");
  command->callback(
      [options, &invocation] { invocation.action = [options] { return break_hold(*options); }; });
}

}  // namespace holdfast::cli
