#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

// The commands as data, for what is generated of them: completions and manual pages. Read from the tree that
// also parses the command line, so nothing can be said here that is not so.

namespace holdfast::cli {

struct OptionPage {
  std::vector<std::string> names;    // "-t", "--ttl"; of a positional its one name, "KEY"
  std::string value;                 // "DURATION", or empty for a flag
  std::vector<std::string> choices;  // all values there are, where they are few
  std::string description;
  bool required = false;
  bool repeats = false;
  bool positional = false;

  const std::string& kind() const { return positional ? names.front() : value; }
};

struct CommandPage {
  std::string path;  // "lease open"; empty for the program itself
  std::string name;  // the last word of it
  std::string description;
  std::string group;
  std::string footer;  // texts, exit codes and examples that follow the options in --help
  std::vector<OptionPage> options;
  std::vector<CommandPage> parts;  // subcommands, in the order of --help

  bool takes_command() const { return path == "run"; }  // of another program, behind `--`
};

// Hidden commands and options are left out.
CommandPage page_of(const CLI::App& app);

// Whether the value is the name of a file or directory.
bool is_path(const OptionPage& option);
bool is_directory(const OptionPage& option);

// The page and those of its parts, and theirs, in order.
std::vector<const CommandPage*> all_pages(const CommandPage& page);

}  // namespace holdfast::cli
