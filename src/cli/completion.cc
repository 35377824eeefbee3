#include "cli/pages/completion.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/pages/man_page.h"
#include "cli/subcommand.h"

namespace holdfast::cli {
namespace {

int print_completion(const CommandPage& program, const std::string& shell) {
  fmt::print("{}", shell == "bash"  ? bash_completion(program)
                   : shell == "zsh" ? zsh_completion(program)
                                    : fish_completion(program));
  return kExitOk;
}

}  // namespace

void add_completion(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("completion", "Print a script that completes commands in a shell");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "Which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      "An installation has them where the shells look for them.\n\n"
      "Examples:\n"
      "  source <(holdfast completion bash)\n"
      "  holdfast completion fish > ~/.config/fish/completions/holdfast.fish");
  command->callback([shell, &parent, &invocation] {
    invocation.action = [shell, &parent] { return print_completion(page_of(parent), *shell); };
  });
}

void add_man(CLI::App& parent, Invocation& invocation) {
  auto* command = parent.add_subcommand("man", "Print the manual page, for the build");
  command->callback([&parent, &invocation] {
    invocation.action = [&parent] {
      fmt::print("{}", man_page(page_of(parent)));
      return kExitOk;
    };
  });
}

}  // namespace holdfast::cli
