#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/duration.h"
#include "cli/settings_change.h"
#include "cli/settings_text.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"
#include "client/request_id.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  std::string key;
  SettingsChange change;
};

void show(const std::string& what, const client::LockSettings& settings) {
  say(what);
  for (const auto& line : settings_text(settings)) say("  " + line);
}

int register_lock(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  client::Connection connection(*settings);
  const auto present = client::persist(
      [&](client::Milliseconds left) { return connection.show_lock(options.key, {.timeout = left}); },
      kReadPatience, {});
  const auto* reply = present ? std::get_if<client::LockReply>(&*present) : nullptr;
  if (reply == nullptr) {
    return conclude<client::LockReply>(present, options.client, *settings, [](const auto&) {});
  }
  const auto& before = reply->lock.settings;
  const auto after = changed(before.value_or(client::LockSettings{}), options.change);
  if (!after) return complain(after.error().detail), kExitUsage;
  if (before == *after) {
    options.client.json ? print_json(reply->json)
                        : show("nothing to change, " + options.key + " is registered", *after);
    return kExitOk;
  }
  const client::RegisterRequest request{
      .key = options.key, .settings = *after, .etag = reply->etag, .request_id = client::new_request_id()};
  const auto answer = client::persist(
      [&](client::Milliseconds left) { return connection.register_lock(request, {.timeout = left}); },
      kPatience, {});
  return conclude<client::RegisterReply>(
      answer, options.client, *settings, [&](const client::RegisterReply& done) {
        show((before ? "changed " : "registered ") + options.key, done.settings);
      });
}

}  // namespace

void add_register(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("register", "Give a key settings, or change them");
  auto options = std::make_shared<Options>();
  command->add_option("KEY", options->key, "The key")->required();
  add_settings_options(*command, options->change);
  add_client_options(*command, options->client);
  command->footer(
      "Only what is named changes; what somebody else changes at the same moment is not undone, the\n"
      "command is refused then. A registered key is listed also while it is free.\n\n"
      "Exit code: 75 if the present users of the key do not fit the new limit; 1 if somebody else changed\n"
      "the settings meanwhile.\n\n"
      "Examples:\n"
      "  holdfast register deploy/prod --description 'one deploy at a time' --max-hold 1h\n"
      "  holdfast register gpu --limit 3 --lock-delay 10s\n"
      "  holdfast register deploy/prod --max-hold none");
  command->callback(
      [options, &invocation] { invocation.action = [options] { return register_lock(*options); }; });
}

}  // namespace holdfast::cli
