#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/pages/completion.h"

namespace holdfast::cli {
namespace {

constexpr const char* kBegin = R"(# Completion of holdfast for bash, made by `holdfast completion bash`.

_holdfast_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
}

_holdfast() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local path= word i
  COMPREPLY=()
  # bash takes --option=value for three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $path == run && $word == -- ]]; then
      if declare -F _command_offset >/dev/null; then
        _command_offset $((i + 1))
      else
        COMPREPLY=($(compgen -c -- "$current"))
      fi
      return
    fi
    case "${path:+$path }$word" in
)";

constexpr const char* kEnd = R"(  esac
}

complete -F _holdfast holdfast
)";

const char* kind_of_path(const OptionPage& option) {
  return is_directory(option) ? "-d" : "-f";
}

// Options of one kind of value, as a pattern of `path option`.
void append_values(std::string& out, const CommandPage& page, const OptionPage& option) {
  if (option.value.empty()) return;
  std::vector<std::string> patterns;
  for (const auto& name : option.names) patterns.push_back(fmt::format("'{} {}'", page.path, name));
  std::string answer;
  if (!option.choices.empty()) {
    answer = fmt::format(R"(COMPREPLY=($(compgen -W '{}' -- "$current")); )", fmt::join(option.choices, " "));
  } else if (is_path(option)) {
    answer = fmt::format(R"(_holdfast_files {} "$current"; )", kind_of_path(option));
  }
  out += fmt::format("    {}) {}return ;;\n", fmt::join(patterns, " | "), answer);
}

// What may stand at this place: options when a dash is there, else subcommands and values of the positional.
void append_words(std::string& out, const CommandPage& page) {
  std::vector<std::string> options, words;
  const OptionPage* path = nullptr;
  for (const auto& option : page.options) {
    auto& place = option.positional ? words : options;
    const auto& more = option.positional ? option.choices : option.names;
    place.insert(place.end(), more.begin(), more.end());
    if (option.positional && is_path(option)) path = &option;
  }
  for (const auto& part : page.parts) words.push_back(part.name);
  out += fmt::format("    '{}')\n", page.path);
  out += fmt::format("      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '{}' -- \"$current\"))\n",
                     fmt::join(options, " "));
  if (path != nullptr) {
    out += fmt::format("      else _holdfast_files {} \"$current\"\n", kind_of_path(*path));
  } else if (!words.empty()) {
    out += fmt::format("      else COMPREPLY=($(compgen -W '{}' -- \"$current\"))\n", fmt::join(words, " "));
  }
  out += "      fi ;;\n";
}

}  // namespace

std::string bash_completion(const CommandPage& program) {
  const auto pages = all_pages(program);
  std::string out = kBegin;
  for (const auto* page : pages) {
    if (!page->path.empty()) out += fmt::format("      '{0}') path='{0}' ;;\n", page->path);
  }
  out += "    esac\n  done\n  case \"$path $before\" in\n";
  for (const auto* page : pages) {
    for (const auto& option : page->options) {
      if (!option.positional) append_values(out, *page, option);
    }
  }
  out += "  esac\n  case $path in\n";
  for (const auto* page : pages) append_words(out, *page);
  return out + kEnd;
}

}  // namespace holdfast::cli
