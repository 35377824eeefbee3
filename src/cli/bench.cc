#include <cstdio>
#include <fstream>
#include <memory>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/bench/holdfast_dialect.h"
#include "cli/bench/options.h"
#include "cli/bench/report.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  bench::Settings load;
  std::vector<std::string> workloads;
  std::int64_t process = 0;
  std::string json_file;
};

// A line on a terminal that is written over until there is something to keep.
class Progress {
 public:
  void tell(std::string_view workload, double seconds, std::uint64_t operations) const {
    if (!terminal_) return;
    fmt::print(stderr, "\r\033[K{} {:.0f} s: {:.0f} a second", workload, seconds,
               static_cast<double>(operations) / seconds);
  }
  void clear() const {
    if (terminal_) fmt::print(stderr, "\r\033[K");
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) != 0;
};

int fail_here(const Error& error, const Options& options) {
  complain(error.message());
  if (error.code == std::errc::invalid_argument) return kExitUsage;
  if (error.code == std::errc::operation_canceled || error.code == std::errc::not_supported)
    return kExitFailure;
  complain(fmt::format("is a server running, and does it listen for the Redis protocol on {}?",
                       options.load.address));
  return kExitUnreachable;
}

// What the server says of itself over HTTP. Nothing if it does not answer there: then there is less to
// report.
std::string status_of(const client::Settings& settings) {
  client::Connection connection(settings);
  const auto answer = connection.status({.timeout = client::Milliseconds(10'000)});
  if (!answer) return {};
  const auto* reply = std::get_if<client::StatusReply>(&*answer);
  return reply != nullptr ? reply->json : std::string();
}

int write_json(const std::string& file, const std::string& json) {
  if (file == "-") {
    print_json(json);
    return kExitOk;
  }
  std::ofstream out(file);
  out << json << '\n';
  if (out.flush()) return kExitOk;
  complain(errno_error(file, errno).message());
  return kExitFailure;
}

int run_bench(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  bench::raise_descriptor_limit();
  const auto info = bench::ask_info(options.load.address);
  if (!info) return fail_here(info.error(), options);
  const std::string status = status_of(*settings);
  bench::HoldfastDialect dialect;
  const Progress progress;
  bench::Bench bench{.settings = options.load,
                     .dialect = dialect,
                     .process = options.process != 0 ? options.process : bench::process_of(*info),
                     .on_progress = [&](auto... told) { progress.tell(told...); }};
  if (!status.empty()) bench.http = *settings;
  bench.settings.prefix = fmt::format("bench-{}", ::getpid());

  std::vector<bench::Figures> all;
  for (const std::string& workload :
       options.workloads.empty() ? bench::workload_names() : options.workloads) {
    auto figures = bench::measure(workload, bench);
    progress.clear();
    if (!figures) return fail_here(figures.error(), options);
    all.push_back(std::move(*figures));
  }
  if (options.json_file != "-") print_table(bench::table_header(), bench::table_rows(all));
  if (!options.json_file.empty()) {
    if (const int code = write_json(options.json_file, report_json(bench, *info, status, all));
        code != kExitOk)
      return code;
  }
  return std::ranges::all_of(all, &bench::Figures::kept_promises) ? kExitOk : kExitFailure;
}

}  // namespace

void add_bench(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("bench", "Measure a running server");
  auto options = std::make_shared<Options>();
  options->load.address = "127.0.0.1:7421";
  command
      ->add_option("--resp", options->load.address,
                   "Where the server speaks the Redis protocol, as HOST:PORT or unix:/PATH (127.0.0.1:7421)")
      ->type_name("ADDR");
  command
      ->add_option("--server", options->client.server,
                   "The same server over HTTP, for its status and for `watch`")
      ->type_name("URL");
  command->add_option("--workload", options->workloads, "Only this one; may be given more than once")
      ->check(CLI::IsMember(bench::workload_names()));
  bench::add_load_options(*command, options->load);
  command->add_option("--pid", options->process, "The server's process, for its memory (asked of the server)")
      ->check(CLI::PositiveNumber)
      ->type_name("PID");
  command->add_option("--json", options->json_file, "Write every figure there as JSON; - is standard output")
      ->type_name("FILE");
  command->footer(
      "Each client sends its next command when the one before was answered; the figures are for that many\n"
      "such clients on one thread. Workloads:\n"
      "  uncontended  acquire and release random keys that nobody else uses\n"
      "  handover     all wait for one key, get it, release it\n"
      "  renew        renew leases in turn\n"
      "  mixed        of 100 turns 70 as uncontended, 20 renewals, 5 shared holds, 5 waits for 4 keys\n"
      "  watch        as uncontended, without watchers, then with them; every event is counted\n"
      "  hold         take many locks at once; resident bytes of the server for each; let them go\n"
      "Errors are counted by their word in the last column. Keys begin with `bench-` and are let go at the "
      "end.\n"
      "Exit code 1 if a fencing token did not grow or an event was missed. Not over TLS.\n"
      "\n"
      "Examples:\n"
      "  holdfast bench\n"
      "  holdfast bench --workload uncontended --clients 64 --pipeline 16 --seconds 10\n"
      "  holdfast bench --workload hold --locks 100000 --json figures.json");
  command->callback(
      [options, &invocation] { invocation.action = [options] { return run_bench(*options); }; });
}

}  // namespace holdfast::cli
