#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

// How a subcommand joins the binary: it has one file, which defines its `add_…` function; the function adds a
// CLI::App of the subcommand's name to `parent`, with description, options and a footer of examples, and a
// callback that sets `invocation.action`. main.cc lists the functions in one table, parses the command line,
// and then runs the action, whose value is the exit code. Nothing of a subcommand runs before the whole
// command line is known to be good; a usage error found by the action itself returns kExitUsage.
//
//   void add_status(CLI::App& parent, Invocation& invocation) {
//     CLI::App* command = parent.add_subcommand("status", "Show the server's state");
//     auto options = std::make_shared<Options>();
//     add_client_options(*command, options->client);
//     command->callback([options, &invocation] { invocation.action = [options] { return status(*options); };
//     });
//   }

namespace holdfast::cli {

struct Invocation {
  std::function<int()> action;

  // What stood after the first `--` on the line of `run`: never read as options.
  std::vector<std::string> command;
  bool has_command_mark = false;  // whether there was a `--`
};

using AddSubcommand = void (*)(CLI::App& parent, Invocation& invocation);

void add_acquire(CLI::App& parent, Invocation& invocation);
void add_backup(CLI::App& parent, Invocation& invocation);
void add_bench(CLI::App& parent, Invocation& invocation);
void add_break(CLI::App& parent, Invocation& invocation);
void add_completion(CLI::App& parent, Invocation& invocation);
void add_history(CLI::App& parent, Invocation& invocation);
void add_lease(CLI::App& parent, Invocation& invocation);
void add_ls(CLI::App& parent, Invocation& invocation);
void add_man(CLI::App& parent, Invocation& invocation);
void add_migrate(CLI::App& parent, Invocation& invocation);
void add_register(CLI::App& parent, Invocation& invocation);
void add_release(CLI::App& parent, Invocation& invocation);
void add_renew(CLI::App& parent, Invocation& invocation);
void add_request_release(CLI::App& parent, Invocation& invocation);
void add_restore(CLI::App& parent, Invocation& invocation);
void add_run(CLI::App& parent, Invocation& invocation);
void add_serve(CLI::App& parent, Invocation& invocation);
void add_show(CLI::App& parent, Invocation& invocation);
void add_status(CLI::App& parent, Invocation& invocation);
void add_unregister(CLI::App& parent, Invocation& invocation);
void add_upgrade(CLI::App& parent, Invocation& invocation);
void add_verify(CLI::App& parent, Invocation& invocation);
void add_watch(CLI::App& parent, Invocation& invocation);

}  // namespace holdfast::cli
