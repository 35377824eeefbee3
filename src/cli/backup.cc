#include <chrono>
#include <memory>
#include <optional>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/hex.h"
#include "cli/backup/new_file.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"
#include "keeper/backup_file.h"

namespace holdfast::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  ClientOptions client;
  std::string file;
  bool force = false;

  bool to_output() const { return file == "-"; }
};

// How far it has come, on a terminal only.
class Progress {
 public:
  void tell(std::uint64_t bytes) {
    const auto now = Clock::now();
    if (!terminal_ || now - told_at_ < std::chrono::milliseconds(200)) return;
    told_at_ = now;
    told_ = true;
    fmt::print(stderr, "\r{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
  }
  void clear() const {
    if (told_) fmt::print(stderr, "\r\033[K");
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) != 0;
  Clock::time_point told_at_ = Clock::now();
  bool told_ = false;
};

// Checks the bytes of a backup while they are on their way to their place.
class Taking {
 public:
  explicit Taking(const Options& options) {
    if (!options.to_output()) file_.emplace(options.file, options.force);
  }

  Result<void> open() { return file_ ? file_->open() : Result<void>(); }

  bool take(std::string_view piece) {
    bytes_ += piece.size();
    progress_.tell(bytes_);
    result_ = reader_.feed(
        as_bytes(piece), [](ByteView) {}, [](const auto&, ByteView) -> Result<void> { return {}; });
    if (result_) result_ = write(piece);
    return result_.has_value();
  }

  // What went wrong on this side.
  const Result<void>& result() const { return result_; }

  Result<void> finish() {
    progress_.clear();
    if (auto whole = reader_.finish(); !whole) return whole;
    if (file_) return file_->keep();
    if (std::fflush(stdout) != 0) return errno_error("standard output", errno);
    return {};
  }

  void show(bool json, const std::string& name) const {
    const keeper::BackupHead& head = *reader_.head();
    if (json) {
      print_json(boost::json::serialize(boost::json::object{{"file", name},
                                                            {"bytes", bytes_},
                                                            {"cell", to_hex(head.cell)},
                                                            {"incarnation", head.incarnation},
                                                            {"revision", head.revision.value}}));
    } else {
      fmt::print("{}: {} bytes, revision {} of incarnation {}\n", name, bytes_, head.revision.value,
                 head.incarnation);
    }
  }

 private:
  Result<void> write(std::string_view piece) {
    if (file_) return file_->write(piece);
    if (std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size()) return {};
    return errno_error("standard output", errno);
  }

  std::optional<NewFile> file_;
  keeper::BackupReader reader_;
  Progress progress_;
  std::uint64_t bytes_ = 0;
  Result<void> result_;
};

int fail_here(const Error& error) {
  complain(error.message());
  if (error.code == std::errc::file_exists) complain("--force replaces it");
  return kExitFailure;
}

int backup(const Options& options) {
  if (options.to_output() && ::isatty(STDOUT_FILENO) != 0) {
    complain("a backup is not for a terminal: name a file, or lead the output into one");
    return kExitUsage;
  }
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  Taking taking(options);
  if (const auto opened = taking.open(); !opened) return fail_here(opened.error());
  client::Connection connection(*settings);
  const auto answer = connection.backup([&](std::string_view piece) { return taking.take(piece); });
  if (!taking.result()) return fail_here(taking.result().error());
  if (!answer) return fail(answer.error(), settings->server.text());
  if (const auto* problem = std::get_if<client::Problem>(&*answer)) {
    if (options.client.json && !options.to_output()) print_json(problem->json);
    return fail(*problem, problem->text());
  }
  if (const auto kept = taking.finish(); !kept) return fail_here(kept.error());
  if (!options.to_output()) taking.show(options.client.json, options.file);
  return kExitOk;
}

}  // namespace

void add_backup(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("backup", "Copy a running server's state into a file");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "Where to; - is standard output")->required();
  command->add_flag("--force", options->force, "Replace FILE if it is there");
  add_client_options(*command, options->client);
  command->footer(
      "The server goes on granting. The file is checked, and on the disk, before it takes its name. It has "
      "the\n"
      "cell's secret, with which every lease can be renewed and released, so only its owner may read it: "
      "keep\n"
      "it as safe as the server's own files. `holdfast restore` makes a journal of it.\n"
      "\n"
      "Examples:\n"
      "  holdfast backup locks.backup\n"
      "  holdfast backup - | gzip > locks.backup.gz");
  command->callback([options, &invocation] { invocation.action = [options] { return backup(*options); }; });
}

}  // namespace holdfast::cli
