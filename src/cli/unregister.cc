#include <memory>

#include <CLI/CLI.hpp>

#include "cli/subcommand.h"
#include "cli/verdict.h"
#include "client/request_id.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  std::string key;
};

int unregister(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  const std::string request_id = client::new_request_id();
  const auto answer = client::persist(
      [&](client::Milliseconds left) {
        return connection.unregister(options.key, request_id, {.timeout = left});
      },
      kPatience, {});
  return conclude<client::UnregisterReply>(
      answer, options.client, *settings,
      [](const client::UnregisterReply& reply) { say("unregistered " + reply.key); });
}

}  // namespace

void add_unregister(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("unregister", "Remove the settings of a key");
  auto options = std::make_shared<Options>();
  command->add_option("KEY", options->key, "The key")->required();
  add_client_options(*command, options->client);
  command->footer(
      "Exit code: 75 while the key is held or waited for; 1 if it is not registered.\n\n"
      "Example:\n"
      "  holdfast unregister deploy/prod");
  command->callback(
      [options, &invocation] { invocation.action = [options] { return unregister(*options); }; });
}

}  // namespace holdfast::cli
