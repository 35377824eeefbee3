#include <memory>

#include <CLI/CLI.hpp>

#include "cli/describe.h"
#include "cli/duration.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  client::LockListRequest request;
};

std::vector<std::string> row_of(const client::LockView& lock) {
  std::string owners, left;
  for (const auto& holder : lock.holders) {
    owners += (owners.empty() ? "" : ", ") + name_of_holder(holder);
    if (left.empty()) left = holder.expires_in ? format_duration(*holder.expires_in) : "never";
  }
  return {lock.key,
          lock.state,
          owners,
          left,
          std::to_string(lock.queue_length),
          lock.opens_in ? format_duration(*lock.opens_in) : ""};
}

int list(Options options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  std::vector<std::vector<std::string>> rows;
  do {
    const auto answer = client::persist(
        [&](client::Milliseconds left) { return connection.list_locks(options.request, {.timeout = left}); },
        kReadPatience, {});
    const int code = conclude<client::LockListReply>(answer, options.client, *settings,
                                                     [&](const client::LockListReply& reply) {
                                                       for (const auto& lock : reply.locks)
                                                         rows.push_back(row_of(lock));
                                                     });
    if (code != kExitOk) return code;
    options.request.cursor = std::get<client::LockListReply>(*answer).next_cursor;
  } while (!options.request.cursor.empty());
  if (!options.client.json)
    print_table({"KEY", "STATE", "HELD BY", "EXPIRES IN", "WAITING", "OPENS IN"}, rows);
  return kExitOk;
}

}  // namespace

void add_ls(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("ls", "List the locks in use and the registered ones");
  auto options = std::make_shared<Options>();
  command->add_option("PREFIX", options->request.prefix, "Only keys that begin with this");
  command->add_option("--state", options->request.state, "Only locks in this state")
      ->check(CLI::IsMember({"free", "reserved", "exclusive", "shared"}));
  command->add_option("--owner", options->request.owner, "Only locks held by this owner")->type_name("TEXT");
  add_client_options(*command, options->client);
  command->footer(
      "To other programs the table goes without header, separated by tabs. With --json every page of\n"
      "the list is one line.\n\n"
      "Examples:\n"
      "  holdfast ls\n"
      "  holdfast ls deploy/ --state exclusive");
  command->callback([options, &invocation] { invocation.action = [options] { return list(*options); }; });
}

}  // namespace holdfast::cli
