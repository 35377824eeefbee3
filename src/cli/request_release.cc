#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/describe.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"
#include "client/request_id.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  std::string key;
  std::string reason;
};

int request_release(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  const client::AskReleaseRequest request{.key = options.key,
                                          .reason = options.reason,
                                          .owner = default_owner(),
                                          .request_id = client::new_request_id()};
  const auto answer = client::persist(
      [&](client::Milliseconds left) { return connection.ask_release(request, {.timeout = left}); },
      kPatience, {});
  const int code = conclude<client::AskReleaseReply>(
      answer, options.client, *settings, [&](const client::AskReleaseReply& reply) {
        for (const auto& holder : reply.holders) {
          say(fmt::format("asked {} to release {}", name_of_owner(holder.owner), options.key));
        }
      });
  if (code != kExitOk || !std::get<client::AskReleaseReply>(*answer).holders.empty()) return code;
  complain("nobody holds " + options.key);
  return kExitFailure;
}

}  // namespace

void add_request_release(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("request-release", "Ask the holders of a key to let it go");
  auto options = std::make_shared<Options>();
  command->add_option("KEY", options->key, "The key")->required();
  command->add_option("--reason", options->reason, "Why: told to the holders")->type_name("TEXT")->required();
  add_client_options(*command, options->client);
  command->footer(
      "Nothing is taken from anybody: `holdfast run` prints the request at once, other holders see it at\n"
      "their next renewal, and `holdfast show` shows it until they let go.\n\n"
      "Exit code: 1 if nobody holds the key.\n\n"
      "Example:\n"
      "  holdfast request-release deploy/prod --reason 'a hotfix waits'");
  command->callback(
      [options, &invocation] { invocation.action = [options] { return request_release(*options); }; });
}

}  // namespace holdfast::cli
