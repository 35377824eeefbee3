#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/event_text.h"
#include "cli/subcommand.h"
#include "cli/verdict.h"

namespace holdfast::cli {
namespace {

struct Options {
  ClientOptions client;
  client::WatchRequest request;
};

// Prints events until nobody reads them or the server says something that coming back cannot mend.
class Watch {
 public:
  Watch(const client::Settings& settings, const Options& options)
      : settings_(settings), connection_(settings), request_(options.request), json_(options.client.json) {}

  int run() {
    for (;;) {
      const std::string before = request_.since;
      const auto answer =
          connection_.watch(request_, [this](const client::Event& event) { return print(event); });
      if (output_ended_) return kExitOk;
      if (request_.since != before) came_through();
      if (!answer) {
        if (first_ || !client::worth_repeating(answer.error()))
          return fail(answer.error(), settings_.server.text());
      } else if (const auto* problem = std::get_if<client::Problem>(&*answer)) {
        if (problem->code == "compacted") {
          start_anew(*problem);
        } else if (!problem->transient() && problem->code != "no_leader" && problem->code != "overloaded") {
          return fail(*problem, problem->text());
        }
      }
      say_once();
      (void)client::sleep_for(client::pause_after(++attempt_), {});
    }
  }

 private:
  bool print(const client::Event& event) {
    came_through();
    if (json_) {
      print_json(event.json);
    } else {
      print_row(event_row(event));
    }
    output_ended_ = std::fflush(stdout) != 0;
    return !output_ended_;
  }

  void came_through() {
    first_ = false;
    attempt_ = 0;
    told_ = false;
  }

  // The events between are lost to this watcher; he is told so, and gets what comes from now on.
  void start_anew(const client::Problem& problem) {
    complain(fmt::format("{} (it was at {}); going on from now", problem.text(), request_.since));
    request_.since.clear();
    first_ = false;
  }

  void say_once() {
    if (!std::exchange(told_, true)) complain("the stream has ended, connecting again");
  }

  const client::Settings& settings_;
  client::Connection connection_;
  client::WatchRequest request_;
  const bool json_;
  bool first_ = true;  // nothing was heard of the server yet
  bool told_ = false;
  bool output_ended_ = false;
  int attempt_ = 0;
};

int watch(const Options& options) {
  const auto settings = settings_for(options.client);
  if (!settings) return kExitUsage;
  return Watch(*settings, options).run();
}

}  // namespace

void add_watch(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("watch", "Show events as they happen");
  auto options = std::make_shared<Options>();
  command->add_option("PREFIX", options->request.prefix, "Only keys that begin with this");
  command->add_option("--since", options->request.since, "Go on after this event")->type_name("ID");
  add_client_options(*command, options->client);
  command->footer(
      "Runs until it is stopped, or until nobody reads its output. When the connection is lost it comes\n"
      "back and goes on where it was; what happened meanwhile is shown, unless the server does not keep\n"
      "it any more, which is said. Columns are separated by tabs for other programs; with --json every\n"
      "event is one line.\n\n"
      "Examples:\n"
      "  holdfast watch deploy/\n"
      "  holdfast watch --json | jq -r 'select(.kind == \"expired\") | .keys[].key'");
  command->callback([options, &invocation] { invocation.action = [options] { return watch(*options); }; });
}

}  // namespace holdfast::cli
