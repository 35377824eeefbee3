#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/describe.h"
#include "cli/duration.h"
#include "cli/settings_text.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  std::string key;
};

// Of long lists the server tells only the beginning.
void say_rest(const char* of_what, std::uint64_t count) {
  if (count > 0) say(fmt::format("  and {} more {}", count, of_what));
}

void print_lock(const client::LockReply& reply) {
  const auto& lock = reply.lock;
  const std::string closed = lock.opens_in ? ", opens in " + format_duration(*lock.opens_in) : "";
  say(fmt::format("{} is {}{}", lock.key, lock.state, closed));
  for (const auto& holder : lock.holders) {
    say(fmt::format("  held by {} ({}, fencing token {})", describe_holder(holder), holder.mode,
                    holder.fencing_token));
  }
  say_rest("holders", lock.holder_count - lock.holders.size());
  if (lock.release_requested) say("  its release is requested: " + *lock.release_requested);
  for (const auto& waiter : lock.queue) {
    say(fmt::format("  waiting: {} ({}){}", name_of_owner(waiter.owner), waiter.mode,
                    waiter.waiting ? " for " + format_duration(*waiter.waiting) : ""));
  }
  say_rest("waiters", lock.queue_length - lock.queue.size());
  if (!lock.settings) return;
  say("  registered");
  for (const auto& line : settings_text(*lock.settings)) say("    " + line);
}

int show(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  const auto answer = client::persist(
      [&](client::Milliseconds left) { return connection.show_lock(options.key, {.timeout = left}); },
      kReadPatience, {});
  return conclude<client::LockReply>(answer, options.client, *settings, print_lock);
}

}  // namespace

void add_show(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("show", "Show who holds a key, who waits for it, and its settings");
  auto options = std::make_shared<Options>();
  command->add_option("KEY", options->key, "The key")->required();
  add_client_options(*command, options->client);
  command->footer(
      "Examples:\n"
      "  holdfast show deploy/prod\n"
      "  holdfast show --json deploy/prod");
  command->callback([options, &invocation] { invocation.action = [options] { return show(*options); }; });
}

}  // namespace holdfast::cli
