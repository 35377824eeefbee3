#include <algorithm>
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/subcommand.h"
#include "cli/suggest.h"

// The `holdfast` binary: one table of subcommands, and what is the same for all of them: version, help,
// unknown names, exit codes of usage errors.

namespace holdfast::cli {
namespace {

// One per line, in the order of --help. A command without a group is not shown there.
struct Entry {
  const char* group;
  AddSubcommand add;
};

constexpr const char* kLocks = "Locks";
constexpr const char* kLooking = "Looking";
constexpr const char* kCare = "Care";
constexpr const char* kServer = "Server";
constexpr const char* kShell = "Shell";

constexpr Entry kSubcommands[] = {
    {kLocks, add_run},             //
    {kLocks, add_acquire},         //
    {kLocks, add_renew},           //
    {kLocks, add_release},         //
    {kLocks, add_lease},           //
    {kLooking, add_show},          //
    {kLooking, add_ls},            //
    {kLooking, add_watch},         //
    {kLooking, add_history},       //
    {kCare, add_break},            //
    {kCare, add_request_release},  //
    {kCare, add_register},         //
    {kCare, add_unregister},       //
    {kServer, add_serve},          //
    {kServer, add_status},         //
    {kServer, add_backup},         //
    {kServer, add_restore},        //
    {kServer, add_migrate},        //
    {kServer, add_upgrade},        //
    {kServer, add_verify},         //
    {kServer, add_bench},          //
    {kShell, add_completion},      //
    {"", add_man},                 //
};

// Each of them adds one command, the last one then.
void add_all(CLI::App& app, Invocation& invocation) {
  for (const auto& [group, add] : kSubcommands) {
    add(app, invocation);
    app.get_subcommands([](const CLI::App*) { return true; }).back()->group(group);
  }
}

void add_version_flags(CLI::App& app) {
  app.set_version_flag("--version", "holdfast " HOLDFAST_VERSION, "Print the version and exit");
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) add_version_flags(*command);
}

std::vector<std::string> subcommands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

// The subcommand that the line had reached, for help and for its option names.
CLI::App& deepest(CLI::App& app) {
  CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

int usage(const std::string& text, const CLI::App& command) {
  complain(text);
  std::string path = command.get_name();
  for (const auto* parent = command.get_parent(); parent != nullptr; parent = parent->get_parent()) {
    path = parent->get_name() + " " + path;
  }
  complain("see `" + path + " --help`");
  return kExitUsage;
}

int unknown(const std::string& kind, const std::string& given, const std::vector<std::string>& known,
            const CLI::App& command) {
  const std::string near = nearest(given, known);
  const std::string hint = near.empty() ? "" : ", did you mean '" + near + "'?";
  return usage("unknown " + kind + " '" + given + "'" + hint, command);
}

int usage_error(const CLI::ParseError& error, CLI::App& app) {
  CLI::App& command = deepest(app);
  const auto extras = app.remaining(true);
  const auto option =
      std::ranges::find_if(extras, [](const auto& text) { return text.size() > 1 && text.starts_with('-'); });
  if (option != extras.end()) {
    return unknown("option", option->substr(0, option->find('=')), options_of(command), command);
  }
  const auto inner = subcommands_of(command);
  if (!extras.empty() && !inner.empty()) return unknown("subcommand", extras.front(), inner, command);
  if (!extras.empty()) return usage("unexpected argument '" + extras.front() + "'", command);
  return usage(error.what(), command);
}

// CLI11 would take an unknown word before the subcommand for a missing subcommand.
bool names_unknown_subcommand(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front().starts_with('-')) return false;
  const auto known = subcommands_of(app);
  return std::ranges::find(known, arguments.front()) == known.end();
}

// Everything after the first `--` of `run` belongs to its command.
void split_command(std::vector<std::string>& arguments, Invocation& invocation) {
  if (arguments.empty() || arguments.front() != "run") return;
  const auto mark = std::ranges::find(arguments, "--");
  if (mark == arguments.end()) return;
  invocation.has_command_mark = true;
  invocation.command.assign(mark + 1, arguments.end());
  arguments.erase(mark, arguments.end());
}

int holdfast_main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  Invocation invocation;
  split_command(arguments, invocation);

  CLI::App app("A lock service: exclusive, shared and counted locks with leases and fencing tokens.",
               "holdfast");
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  holdfast serve\n"
      "  holdfast run deploy/prod -- ./deploy.sh\n"
      "  holdfast ls");
  add_all(app, invocation);
  add_version_flags(app);
  if (arguments.empty()) {
    std::cerr << app.help();
    return kExitUsage;
  }
  if (names_unknown_subcommand(app, arguments)) {
    return unknown("subcommand", arguments.front(), subcommands_of(app), app);
  }
  try {
    std::ranges::reverse(arguments);  // the order in which CLI11 wants a vector
    app.parse(arguments);
  } catch (const CLI::Success& help) {
    app.exit(help);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    return usage_error(error, app);
  }
  return invocation.action ? invocation.action() : usage("nothing to do", deepest(app));
}

}  // namespace
}  // namespace holdfast::cli

int main(int argc, char** argv) {
  try {
    return holdfast::cli::holdfast_main(argc, argv);
  } catch (const std::exception& error) {
    holdfast::cli::complain(error.what());
    return holdfast::cli::kExitFailure;
  }
}
