#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/pages/completion.h"

namespace holdfast::cli {
namespace {

constexpr const char* kBegin = R"(# Completion of holdfast for fish, made by `holdfast completion fish`.

# The command that the line has reached: "lease open".
function __holdfast_path
    set -l path
    for word in (commandline -opc)[2..-1]
        if test "$path" = run -a "$word" = --
            set path command
            break
        end
        switch "$path $word"
)";

constexpr const char* kAfterPaths = R"(                set path (string trim "$path $word")
        end
    end
    echo "$path"
end

function __holdfast_at
    test (__holdfast_path) = "$argv"
end

complete -c holdfast -f
complete -c holdfast -n '__holdfast_at command' -a '(__fish_complete_subcommand --fcs-skip=(math 1 + (contains -i -- -- (commandline -opc))))'
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, text.find('\n'))) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string condition(const CommandPage& page) {
  return fmt::format("complete -c holdfast -n '__holdfast_at {}'", page.path.empty() ? R"("")" : page.path);
}

void append_option(std::string& out, const CommandPage& page, const OptionPage& option) {
  if (option.positional) {
    if (is_path(option)) out += condition(page) + " -F\n";
    if (!option.choices.empty()) {
      out += fmt::format("{} -a '{}'\n", condition(page), fmt::join(option.choices, " "));
    }
    return;
  }
  out += condition(page);
  for (const auto& name : option.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!option.choices.empty()) {
    out += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
  } else if (is_path(option)) {
    out += " -r -F";
  } else if (!option.value.empty()) {
    out += " -x";
  }
  out += fmt::format(" -d '{}'\n", escaped(option.description));
}

}  // namespace

std::string fish_completion(const CommandPage& program) {
  const auto pages = all_pages(program);
  std::vector<std::string> paths;
  for (const auto* page : pages) {
    if (!page->path.empty()) {
      paths.push_back(
          fmt::format("'{}{}'", page->path.find(' ') == std::string::npos ? " " : "", page->path));
    }
  }
  std::string out = fmt::format("{}            case {}\n{}", kBegin, fmt::join(paths, " "), kAfterPaths);
  for (const auto* page : pages) {
    for (const auto& part : page->parts) {
      out += fmt::format("{} -a {} -d '{}'\n", condition(*page), part.name, escaped(part.description));
    }
    for (const auto& option : page->options) append_option(out, *page, option);
  }
  return out;
}

}  // namespace holdfast::cli
