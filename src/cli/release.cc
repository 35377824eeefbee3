#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/duration.h"
#include "cli/handle.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"
#include "client/request_id.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  std::string lease;
  std::vector<std::string> keys;
  std::string keep_for;
};

void show(const client::ReleaseReply& reply) {
  for (const auto& key : reply.released) fmt::print("released {}\n", key);
}

int release(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::ReleaseRequest request{
      .lease = read_handle(options.lease), .keys = options.keys, .request_id = client::new_request_id()};
  if (!options.keep_for.empty()) {
    const auto keep_for = parse_duration(options.keep_for);
    if (!keep_for) return complain("--keep-for: " + keep_for.error().detail), kExitUsage;
    request.keep_for = *keep_for;
  }
  client::Connection connection(*settings);
  const auto answer = client::persist(
      [&](client::Milliseconds left) { return connection.release(request, {.timeout = left}); }, kPatience,
      {});
  return conclude<client::ReleaseReply>(answer, options.client, *settings, show);
}

}  // namespace

void add_release(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("release", "Release a lease, or some of its keys");
  auto options = std::make_shared<Options>();
  command->add_option("LEASE", options->lease, "Handle of the lease, or - to read it from standard input")
      ->required();
  command->add_option("KEY", options->keys, "Only these keys (default: all, and the lease ends)");
  command->add_option("--keep-for", options->keep_for, "Keep the keys closed for this long")
      ->type_name("DURATION");
  add_client_options(*command, options->client);
  command->footer(
      "Examples:\n"
      "  holdfast release \"$lease\"\n"
      "  holdfast release \"$lease\" deploy/staging");
  command->callback([options, &invocation] { invocation.action = [options] { return release(*options); }; });
}

}  // namespace holdfast::cli
