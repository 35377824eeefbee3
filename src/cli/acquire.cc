#include <csignal>
#include <memory>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/client_options.h"
#include "cli/describe.h"
#include "cli/exit_codes.h"
#include "cli/lock_options.h"
#include "cli/output.h"
#include "cli/run/signal_source.h"
#include "cli/run/waiting.h"
#include "cli/subcommand.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  LockOptions lock;
  bool quiet = false;
};

// To another program only the handle, which is what it needs next.
void show(const client::AcquireReply& reply) {
  if (::isatty(STDOUT_FILENO) == 0) return fmt::print("{}\n", reply.lease.handle);
  std::vector<std::vector<std::string>> rows;
  for (const auto& grant : reply.grants)
    rows.push_back({grant.key, grant.mode, std::to_string(grant.fencing_token)});
  print_table({"KEY", "MODE", "FENCING TOKEN"}, rows);
  fmt::print("\nlease {}\n", reply.lease.handle);
}

int acquire(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  auto request = lock_request(options.lock);
  if (!request) return complain(request.error().detail), kExitUsage;
  const auto wait = wait_of(options.lock);
  if (!wait) return complain(wait.error().detail), kExitUsage;

  SignalSource signals;
  auto outcome = wait_for_lock(*settings, std::move(*request), *wait, options.quiet, signals);
  if (const auto* stopped = std::get_if<EndedBySignal>(&outcome)) return kExitSignalBase + stopped->number;
  if (const auto* error = std::get_if<NotReached>(&outcome)) return error->report(settings->server.text());
  if (const auto* problem = std::get_if<client::Problem>(&outcome)) {
    if (options.client.json && !problem->code.empty()) print_json(problem->json);
    return fail(*problem, describe_refusal(options.lock.keys, *problem));
  }
  const auto& held = std::get<client::Held>(outcome);
  options.client.json ? print_json(held.reply.json) : show(held.reply);
  return kExitOk;
}

}  // namespace

void add_acquire(CLI::App& parent, Invocation& invocation) {
  auto* command =
      parent.add_subcommand("acquire", "Acquire a lock and print its lease, to renew and release it");
  auto options = std::make_shared<Options>();
  command
      ->add_option("KEY", options->lock.keys, "What to lock; several are granted all together or not at all")
      ->required();
  add_lock_options(*command, options->lock);
  command->add_flag("-q,--quiet", options->quiet, "Do not say who is waited for");
  add_client_options(*command, options->client);
  command->footer(
      "Nothing renews the lease: renew or release it before its ttl ends. To hold a lock while a\n"
      "command runs, use `holdfast run`.\n\n"
      "Examples:\n"
      "  lease=$(holdfast acquire --ttl 5m deploy/prod)   # prints the handle\n"
      "  holdfast release \"$lease\"\n"
      "  holdfast acquire -n --json deploy/prod           # with fencing token, or exit 75 at once\n"
      "  holdfast acquire --limit 3 -w 10s gpu            # one of three");
  command->callback([options, &invocation] { invocation.action = [options] { return acquire(*options); }; });
}

}  // namespace holdfast::cli
