#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/subcommand.h"
#include "cli/verdict.h"

namespace holdfast::cli {
namespace {

void show(const client::StatusReply& reply) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : reply.members) rows.push_back({name, value});
  print_table({"WHAT", "VALUE"}, rows);
}

int status(const ClientOptions& options) {
  const auto settings = settings_for(options);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  const auto answer = client::persist(
      [&](client::Milliseconds left) { return connection.status({.timeout = left}); }, kReadPatience, {});
  return conclude<client::StatusReply>(answer, options, *settings, show);
}

}  // namespace

void add_status(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("status", "Show the server's version, journal, role and counts");
  auto options = std::make_shared<ClientOptions>();
  add_client_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  holdfast status\n"
      "  holdfast status --json --server unix:/run/holdfast/http.sock");
  command->callback([options, &invocation] { invocation.action = [options] { return status(*options); }; });
}

}  // namespace holdfast::cli
