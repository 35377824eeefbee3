#include "keeper/migrate.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/clock.h"
#include "cli/exit_codes.h"
#include "cli/offline.h"
#include "cli/subcommand.h"

namespace holdfast::cli {
namespace {

struct Options {
  std::string from;
  std::string to;
};

int migrate(const Options& options) {
  const auto from_url = lasting_journal_url(options.from);
  if (!from_url) return fail_offline(from_url.error());
  const auto to_url = lasting_journal_url(options.to);
  if (!to_url) return fail_offline(to_url.error());
  const auto from = open_journal(*from_url, false);
  if (!from) return fail_offline(from.error());
  const auto to = open_journal(*to_url, true);
  if (!to) return fail_offline(to.error());
  const auto migrated =
      keeper::migrate(**from, **to, *to_url, lock::WallTime(system_wall_clock().now()), raw_clock());
  if (!migrated) return fail_offline(migrated.error());
  show_incarnation(migrated->restored, migrated->counts);
  fmt::print("{} is sealed: it goes on in {}\n", *from_url, *to_url);
  fmt::print("next: holdfast serve --journal {}\n", *to_url);
  return kExitOk;
}

}  // namespace

void add_migrate(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("migrate", "Let the state of one journal go on in another");
  auto options = std::make_shared<Options>();
  command->add_option("FROM", options->from, "URL of the journal, such as file:./holdfast-data")->required();
  command->add_option("TO", options->to, "URL of an empty one")->required();
  command->footer(
      "No server may run on either. Every lease goes on with its remaining time, so nothing has to be "
      "waited\n"
      "for. FROM is sealed: no server starts on it any more. If this is interrupted, run it again.\n"
      "\n"
      "Example:\n"
      "  holdfast migrate file:./holdfast-data file:/var/lib/holdfast");
  command->callback([options, &invocation] { invocation.action = [options] { return migrate(*options); }; });
}

}  // namespace holdfast::cli
