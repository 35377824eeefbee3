#include <memory>

#include <CLI/CLI.hpp>

#include "cli/event_text.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"

namespace holdfast::cli {
namespace {

constexpr std::size_t kMostPerPage = 1'000;

struct Options {
  ClientOptions client;
  client::HistoryRequest request;
  std::size_t limit = 100;
};

int show_history(Options options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  std::vector<std::vector<std::string>> rows;
  std::size_t left = options.limit;
  do {
    options.request.limit = std::min(left, kMostPerPage);
    const auto answer = client::persist(
        [&](client::Milliseconds time) { return connection.history(options.request, {.timeout = time}); },
        kReadPatience, {});
    const auto show = [&](const client::HistoryReply& reply) {
      for (const auto& event : reply.events) rows.push_back(event_row(event));
    };
    const int code = conclude<client::HistoryReply>(answer, options.client, *settings, show);
    if (code != kExitOk) return code;
    const auto& reply = std::get<client::HistoryReply>(*answer);
    left -= std::min(left, reply.events.size());
    options.request.cursor = reply.next_cursor;
  } while (left > 0 && !options.request.cursor.empty());
  if (!options.client.json) print_table(event_header(), rows);
  return kExitOk;
}

}  // namespace

void add_history(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("history", "Show what happened, newest first");
  auto options = std::make_shared<Options>();
  command->add_option("KEY", options->request.key, "Only this key");
  command->add_option("--owner", options->request.owner, "Only what happened to this owner")
      ->type_name("TEXT");
  command->add_option("--since", options->request.since, "Only what came after this event")->type_name("ID");
  command->add_option("--limit", options->limit, "How many rows at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_client_options(*command, options->client);
  command->footer(
      "To other programs the table goes without header, separated by tabs. With --json every page is\n"
      "one line.\n\n"
      "Examples:\n"
      "  holdfast history deploy/prod\n"
      "  holdfast history --owner ci --limit 20");
  command->callback(
      [options, &invocation] { invocation.action = [options] { return show_history(*options); }; });
}

}  // namespace holdfast::cli
