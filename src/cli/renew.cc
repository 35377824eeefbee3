#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/describe.h"
#include "cli/duration.h"
#include "cli/handle.h"
#include "cli/lock_options.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"
#include "client/request_id.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  std::string lease;
  std::string ttl;
};

void show(const client::RenewReply& reply) {
  const auto left = reply.lease.expires_in;
  fmt::print("renewed, {}\n", left ? "expires in " + format_duration(*left) : "without expiry");
  for (const auto& lost : reply.lost) complain(describe_lost(lost));
  for (const auto& wish : reply.release_requested) complain(describe_wish(wish));
}

int renew(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::RenewRequest request{.lease = read_handle(options.lease), .request_id = client::new_request_id()};
  if (!options.ttl.empty()) {
    const auto ttl = parse_duration_or_none(options.ttl);
    if (!ttl) return complain("--ttl: " + ttl.error().detail), kExitUsage;
    request.ttl = *ttl;
  }
  client::Connection connection(*settings);
  const auto answer = client::persist(
      [&](client::Milliseconds left) { return connection.renew(request, {.timeout = left}); }, kPatience, {});
  return conclude<client::RenewReply>(answer, options.client, *settings, show);
}

}  // namespace

void add_renew(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("renew", "Give a lease its full time again");
  auto options = std::make_shared<Options>();
  command->add_option("LEASE", options->lease, "Handle of the lease, or - to read it from standard input")
      ->required();
  command->add_option("-t,--ttl", options->ttl, "A new ttl (default: the one it has)")->type_name("DURATION");
  add_client_options(*command, options->client);
  command->footer(
      "Keys that were taken from a shared lease are named as lost at every renewal until they are released,\n"
      "and so are requests to let a key go; with --json they are `lost` and `release_requested`. The rest "
      "of\n"
      "the lease is renewed all the same.\n\n"
      "Examples:\n"
      "  holdfast renew \"$lease\"\n"
      "  holdfast renew --ttl 10m \"$lease\"");
  command->callback([options, &invocation] { invocation.action = [options] { return renew(*options); }; });
}

}  // namespace holdfast::cli
