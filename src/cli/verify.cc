#include "journal/file/verify.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/subcommand.h"

namespace holdfast::cli {
namespace {

using journal::file::VerifyReport;

struct Options {
  std::string directory;
  bool json = false;
};

std::string describe(const journal::file::Damage& damage) {
  return fmt::format("{} at offset {}: {}", damage.file, damage.offset, damage.what);
}

boost::json::object to_json(const VerifyReport& report) {
  boost::json::array damages;
  for (const auto& damage : report.damages) damages.emplace_back(describe(damage));
  boost::json::array snapshots;
  for (const auto& snapshot : report.snapshots) snapshots.emplace_back(snapshot.head.sequence);
  return {{"ok", report.damages.empty()},
          {"first_sequence", report.first_sequence},
          {"last_sequence", report.head.sequence},
          {"segments", report.segments},
          {"records", report.records},
          {"entry_bytes", report.entry_bytes},
          {"snapshots", std::move(snapshots)},
          {"objects", report.objects},
          {"torn_tail", report.torn_tail},
          {"damages", std::move(damages)}};
}

void show(const VerifyReport& report) {
  fmt::print("entries {} to {} in {} segments, {} bytes, {} snapshots, {} objects\n", report.first_sequence,
             report.head.sequence, report.segments, report.entry_bytes, report.snapshots.size(),
             report.objects);
  if (report.torn_tail) fmt::print("torn tail: the next start cuts a record that was never acknowledged\n");
  if (report.damages.empty()) fmt::print("sound\n");
}

int verify(const Options& options) {
  const auto report = journal::file::verify(options.directory);
  if (!report) {
    complain(report.error().message());
    if (report.error().code == make_error_code(journal::Errc::in_use)) complain("stop its server first");
    return kExitFailure;
  }
  if (options.json) {
    print_json(boost::json::serialize(to_json(*report)));
  } else {
    show(*report);
  }
  for (const auto& damage : report->damages) complain("damaged: " + describe(damage));
  return report->damages.empty() ? kExitOk : kExitFailure;
}

}  // namespace

void add_verify(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("verify", "Check every byte of a stopped server's journal");
  auto options = std::make_shared<Options>();
  command->add_option("DIR", options->directory, "The server's data directory")->required();
  command->add_flag("--json", options->json, "Print the report as JSON");
  command->footer(
      "Reads only. Exits with 0 if the journal is sound, else with 1 and the place of each damage.\n\n"
      "Example:\n  holdfast verify ./holdfast-data");
  command->callback([options, &invocation] { invocation.action = [options] { return verify(*options); }; });
}

}  // namespace holdfast::cli
