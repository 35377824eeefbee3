#include "keeper/restore.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/clock.h"
#include "base/hex.h"
#include "cli/exit_codes.h"
#include "cli/offline.h"
#include "cli/output.h"
#include "cli/subcommand.h"
#include "keeper/incarnation.h"

namespace holdfast::cli {
namespace {

struct Options {
  std::string file;
  std::string data;
  std::string journal;
  bool assume_released = false;

  std::string url() const { return journal.empty() ? "file:" + data : journal; }
};

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

Result<void> read_file(const std::string& name, const std::function<Result<void>(ByteView)>& feed) {
  const std::unique_ptr<std::FILE, CloseFile> file(name == "-" ? stdin : std::fopen(name.c_str(), "rbe"));
  if (!file) return errno_error(name, errno);
  std::vector<std::byte> piece(1u << 20);
  while (const std::size_t bytes = std::fread(piece.data(), 1, piece.size(), file.get())) {
    if (auto fed = feed(ByteView(piece).first(bytes)); !fed) return fed;
  }
  if (std::ferror(file.get()) != 0) return errno_error(name, errno);
  return {};
}

void show(const keeper::BackupHead& head, const lock::Restored& restored, const lock::State& state,
          const std::string& url) {
  fmt::print("restored cell {} as it was at {:%F %T} UTC, revision {}\n", to_hex(head.cell),
             std::chrono::floor<std::chrono::seconds>(head.wall), head.revision.value);
  show_incarnation(restored, lock::count(state));
  if (restored.quiet > lock::Millis(0)) {
    fmt::print(
        "nothing new is granted for {:.0f} s from the start of the server, while leases that are not in the "
        "backup may still be relied on\n",
        std::chrono::duration<double>(restored.quiet).count());
  }
  fmt::print("next: holdfast serve --journal {}\n", url);
}

int restore(const Options& options) {
  const auto url = lasting_journal_url(options.url());
  if (!url) return fail_offline(url.error());
  std::unique_ptr<journal::Journal> journal;  // opened as late as can be: a bad backup should leave nothing
  const auto open_empty = [&]() -> Result<void> {
    if (journal) return {};
    auto opened = open_journal(*url, true);
    if (!opened) return opened.error();
    journal = *std::move(opened);
    return keeper::require_empty(*journal);
  };
  const auto keep = [&](const lock::ObjectId& id, ByteView bytes) -> Result<void> {
    if (auto opened = open_empty(); !opened) return opened;
    return journal->objects().put(id, bytes);
  };
  lock::State state;
  const auto head = keeper::load_backup(
      state, [&](const auto& feed) { return read_file(options.file, feed); }, keep);
  if (!head) return fail_offline(head.error());
  if (const auto opened = open_empty(); !opened) return fail_offline(opened.error());
  const auto quiet = options.assume_released ? std::optional(lock::Millis(0)) : std::nullopt;
  const auto restored = keeper::restore(*journal, state, lock::WallTime(system_wall_clock().now()), quiet);
  if (!restored) return fail_offline(restored.error());
  show(*head, *restored, state, *url);
  return kExitOk;
}

}  // namespace

void add_restore(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("restore", "Make a journal of a backup");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "A file of `holdfast backup`; - is standard input")->required();
  auto* data =
      command->add_option("--data", options->data, "Directory for the journal, empty or not there yet")
          ->type_name("DIR");
  command->add_option("--journal", options->journal, "The same as a URL, such as file:DIR")
      ->type_name("URL")
      ->excludes(data);
  command->add_flag("--assume-released", options->assume_released,
                    "Do not wait for leases that are not in the backup: you know that nobody relies on them");
  command->footer(
      "The whole file is checked before anything is written, and no server may run on the journal. What is "
      "held\n"
      "in the backup stays held. Fencing tokens go on above every one that was ever given, so whoever was\n"
      "granted a lock after the backup fails where tokens are checked. Such leases are waited for: nothing "
      "new\n"
      "is granted for the longest ttl that was ever used, at least 30 s.\n"
      "\n"
      "Examples:\n"
      "  holdfast restore locks.backup --data ./restored-data\n"
      "  holdfast restore locks.backup --journal file:./restored-data --assume-released");
  command->callback([options, &invocation] {
    if (options->data.empty() && options->journal.empty()) throw CLI::RequiredError("--data or --journal");
    invocation.action = [options] { return restore(*options); };
  });
}

}  // namespace holdfast::cli
