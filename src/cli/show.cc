#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/describe.h"
#include "cli/duration.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  std::string key;
};

void print_lock(const client::LockReply& reply) {
  const auto& lock = reply.lock;
  fmt::print("{} is {}\n", lock.key, lock.state);
  for (const auto& holder : lock.holders) {
    fmt::print("  held by {} ({}, fencing token {})\n", describe_holder(holder), holder.mode,
               holder.fencing_token);
  }
  for (const auto& waiter : lock.queue) {
    fmt::print("  waiting: {} ({}){}\n", waiter.owner.empty() ? "an unnamed owner" : waiter.owner,
               waiter.mode, waiter.waiting ? " for " + format_duration(*waiter.waiting) : "");
  }
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
  auto* command = parent.add_subcommand("show", "Show who holds a key and who waits for it");
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
