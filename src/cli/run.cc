#include <algorithm>
#include <cerrno>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/clock.h"
#include "cli/client_options.h"
#include "cli/describe.h"
#include "cli/duration.h"
#include "cli/exit_codes.h"
#include "cli/lock_options.h"
#include "cli/output.h"
#include "cli/run/child.h"
#include "cli/run/descriptors.h"
#include "cli/run/supervisor.h"
#include "cli/run/waiting.h"
#include "cli/subcommand.h"
#include "client/persist.h"
#include "client/request_id.h"

namespace holdfast::cli {
namespace {

using client::BootTime;
using client::Milliseconds;

constexpr Milliseconds kLongestDefaultGrace(5000);
constexpr Milliseconds kReleasePatience(5000);
constexpr std::chrono::nanoseconds kShortestMargin = std::chrono::milliseconds(1);
constexpr std::chrono::nanoseconds kLongestMargin = std::chrono::milliseconds(50);

struct Options {
  ClientOptions client;
  LockOptions lock;
  int conflict_exit_code = kExitNotAcquired;
  std::string grace;
  std::string at_least;
  bool keep_running = false;
  bool quiet = false;
  std::vector<std::string> command;
};

// The options, understood.
struct Plan {
  client::Settings settings;
  client::AcquireRequest request;
  std::optional<Milliseconds> wait;
  Milliseconds grace;
  Milliseconds at_least{0};
};

Result<Milliseconds> grace_of(const Options& options, Milliseconds ttl) {
  const bool expires = ttl.count() != -1;
  if (options.grace.empty()) return expires ? std::min(ttl / 4, kLongestDefaultGrace) : kLongestDefaultGrace;
  const auto grace = parse_duration(options.grace);
  if (!grace) return option_error("--grace", grace.error().detail);
  if (expires && *grace > ttl / 2) return option_error("--grace", "must be at most half the ttl");
  return *grace;
}

std::optional<Plan> plan_of(const Options& options) {
  const auto refuse = [](const Error& error) {
    complain(error.detail);
    return std::nullopt;
  };
  auto settings = settings_for(options.client);
  if (!settings) return std::nullopt;
  auto request = lock_request(options.lock);
  if (!request) return refuse(request.error());
  const auto wait = wait_of(options.lock);
  if (!wait) return refuse(wait.error());
  const auto grace = grace_of(options, *request->ttl);
  if (!grace) return refuse(grace.error());
  const auto at_least = parse_duration(options.at_least.empty() ? "0" : options.at_least);
  if (!at_least) return refuse(option_error("--at-least", at_least.error().detail));
  return Plan{std::move(*settings), std::move(*request), *wait, *grace, *at_least};
}

// A refusal's exit code, with -E in the place of 75.
int refused(const Options& options, const client::Problem& problem) {
  if (options.client.json && !problem.code.empty()) print_json(problem.json);
  const int code = fail(problem, describe_refusal(options.lock.keys, problem));
  return code == kExitNotAcquired ? options.conflict_exit_code : code;
}

// Several keys, and their tokens in the same order, stand one per line: a key may have spaces, but never a
// control character.
ChildSpec child_spec(const Options& options, const Plan& plan, const client::AcquireReply& reply) {
  std::string keys, tokens;
  for (const auto& grant : reply.grants) {
    const char* separator = keys.empty() ? "" : "\n";
    keys += separator + grant.key;
    tokens += separator + std::to_string(grant.fencing_token);
  }
  return ChildSpec{.command = options.command,
                   .environment = {{"HOLDFAST_KEY", keys},
                                   {"HOLDFAST_LEASE", reply.lease.handle},
                                   {"HOLDFAST_FENCING_TOKEN", tokens},
                                   {"HOLDFAST_SERVER", plan.settings.server.text()}},
                   .die_with_parent = !options.keep_running};
}

void release(const Plan& plan, const client::Held& held, const client::Deadline& deadline,
             BootTime granted_at) {
  const auto now = boot_clock().now();
  const auto held_for = std::chrono::floor<Milliseconds>(now - granted_at);
  const client::ReleaseRequest request{.lease = held.reply.lease.handle,
                                       .keep_for = std::max(plan.at_least - held_for, Milliseconds(0)),
                                       .request_id = client::new_request_id()};
  Milliseconds patience = kReleasePatience;
  if (const auto left = deadline.left(now))
    patience = std::min(patience, std::chrono::ceil<Milliseconds>(*left));
  client::Connection connection(plan.settings);
  const auto answer = client::persist(
      [&](Milliseconds left) { return connection.release(request, {.timeout = left}); }, {patience}, {});
  if (answer && std::holds_alternative<client::ReleaseReply>(*answer)) return;
  const std::string why = answer ? std::get<client::Problem>(*answer).text() : answer.error().message();
  const auto left = deadline.left(boot_clock().now());
  complain(fmt::format("could not release {}: {}; {}", describe_keys(plan.request.keys), why,
                       left
                           ? "it ends by itself in " + format_duration(std::chrono::ceil<Milliseconds>(*left))
                           : "break it with `holdfast break`, it has no expiry"));
}

int start_failed(const Error& error) {
  complain(error.message());
  return error.code == std::errc::no_such_file_or_directory ? kExitNotFound : kExitNotExecutable;
}

// From the grant to the end of the command and the release.
int run_holding(const Options& options, const Plan& plan, const client::Held& held, SignalSource& signals,
                std::vector<int> descriptors) {
  const BootTime granted_at = boot_clock().now();
  const auto ttl = held.reply.lease.ttl;
  Event news;
  std::optional<client::Renewal> renewal;
  renewal.emplace(plan.settings, client::Renewal::Options{.lease = held.reply.lease.handle,
                                                          .lease_id = held.reply.lease.id,
                                                          .ttl = ttl,
                                                          .deadline = held.deadline,
                                                          .changed = [&news] { news.raise(); }});
  const Terminal terminal;
  ChildSpec spec = child_spec(options, plan, held.reply);
  spec.descriptors = std::move(descriptors);
  spec.foreground = terminal.is_ours();
  auto child = Child::start(spec, signals);
  int code = 0;
  bool lost = false;
  if (child) {
    Supervisor supervisor(
        {.what = describe_keys(plan.request.keys),
         // The server may have granted a shorter ttl than asked for.
         .grace = ttl ? std::min(plan.grace, *ttl / 2) : plan.grace,
         .margin = ttl ? std::clamp(std::chrono::nanoseconds(*ttl) / 100, kShortestMargin, kLongestMargin)
                       : kShortestMargin,
         .keep_running = options.keep_running},
        *child, *renewal, news, signals, terminal);
    code = supervisor.run();
    lost = supervisor.lost();
  } else {
    terminal.take_back();
    code = start_failed(child.error());
  }
  const client::Deadline deadline = renewal->state().deadline;
  renewal.reset();
  if (lost) return kExitLost;
  release(plan, held, deadline, granted_at);
  return code;
}

int run(const Options& options) {
  auto descriptors = open_descriptors();
  auto plan = plan_of(options);
  if (!plan) return kExitUsage;
  SignalSource signals;
  auto outcome = wait_for_lock(plan->settings, plan->request, plan->wait, options.quiet, signals);
  if (const auto* stopped = std::get_if<EndedBySignal>(&outcome)) return kExitSignalBase + stopped->number;
  if (const auto* error = std::get_if<NotReached>(&outcome)) {
    const int code = error->report(plan->settings.server.text());
    return code == kExitNotAcquired ? options.conflict_exit_code : code;
  }
  if (const auto* problem = std::get_if<client::Problem>(&outcome)) return refused(options, *problem);
  return run_holding(options, *plan, std::get<client::Held>(outcome), signals, std::move(descriptors));
}

int checked_run(Options& options, const Invocation& invocation) {
  options.command = invocation.command;
  if (!invocation.has_command_mark || options.command.empty()) {
    complain("no command: write it after `--`, as in `holdfast run deploy/prod -- ./deploy.sh`");
    return kExitUsage;
  }
  return run(options);
}

constexpr const char* kFooter =
    "The command gets HOLDFAST_KEY, HOLDFAST_LEASE, HOLDFAST_FENCING_TOKEN (one line per key) and\n"
    "HOLDFAST_SERVER. Signals are forwarded to it. If the lock is lost, it gets TERM, and KILL after the "
    "grace,\n"
    "before anybody else can be granted. What it leaves running in its process group when it ends is ended\n"
    "before the release; use setsid for what shall live on.\n\n"
    "Exit code: the command's, 128+N if it died of signal N; 79 lock lost; 75 not acquired (or -E);\n"
    "69 server unreachable; 77 not permitted; 64 usage; 126 and 127 if the command cannot be run.\n\n"
    "Examples:\n"
    "  holdfast run deploy/prod -- ./deploy.sh --all      # waits for its turn\n"
    "  holdfast run -n cron/backup -- backup              # exits with 75 if another one runs\n"
    "  holdfast run -w 5m -t 10s db/migrate -- make migrate\n"
    "  holdfast run --limit 3 gpu -- train                # at most three at a time\n"
    "  holdfast run --at-least 1m cron/report -- report   # once a minute on any number of machines";

}  // namespace

void add_run(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand(
      "run",
      "Run a command while holding a lock:\n  holdfast run [OPTIONS] KEY [KEY ...] -- COMMAND [ARG ...]");
  auto options = std::make_shared<Options>();
  command
      ->add_option("KEY", options->lock.keys, "What to lock; several are granted all together or not at all")
      ->required();
  add_lock_options(*command, options->lock);
  command->add_option("-E,--conflict-exit-code", options->conflict_exit_code, "Exit code when not acquired")
      ->type_name("N")
      ->check(CLI::Range(0, 255))
      ->capture_default_str();
  command
      ->add_option("--grace", options->grace,
                   "Time between TERM and KILL when the lock is lost (default: a quarter of the ttl, at most "
                   "5s; at most half the ttl)")
      ->type_name("DURATION");
  command
      ->add_option("--at-least", options->at_least,
                   "Keep the lock closed at least this long, as from the grant")
      ->type_name("DURATION");
  command->add_flag("--keep-running", options->keep_running, "Let the command go on when the lock is lost");
  command->add_flag("-q,--quiet", options->quiet, "Do not say who is waited for");
  add_client_options(*command, options->client);
  command->footer(kFooter);
  command->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return checked_run(*options, invocation); };
  });
}

}  // namespace holdfast::cli
