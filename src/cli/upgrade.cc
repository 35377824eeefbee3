#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/subcommand.h"
#include "cli/verdict.h"

namespace holdfast::cli {
namespace {

void show(const client::StatusReply& reply) {
  for (const auto& [name, value] : reply.members) {
    if (name == "level") fmt::print("feature level {}\n", value);
  }
}

int finish(const ClientOptions& options) {
  const auto settings = settings_for(options);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  const auto answer = client::persist(
      [&](client::Milliseconds left) { return connection.finish_upgrade({.timeout = left}); }, kPatience, {});
  return conclude<client::StatusReply>(answer, options, *settings, show);
}

}  // namespace

void add_upgrade(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("upgrade", "Bring an upgrade of the server to its end");
  command->require_subcommand(1);
  auto* finishing = command->add_subcommand("finish", "Let the server write what only this version can read");
  auto options = std::make_shared<ClientOptions>();
  add_client_options(*finishing, *options);
  finishing->footer(
      "Until then a server that was upgraded can be replaced by the version before. Doing it again changes\n"
      "nothing.\n"
      "\n"
      "Example:\n"
      "  holdfast upgrade finish");
  finishing->callback([options, &invocation] { invocation.action = [options] { return finish(*options); }; });
}

}  // namespace holdfast::cli
