#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/pages/completion.h"

namespace holdfast::cli {
namespace {

// For text inside '…' that _arguments and _describe take apart at colons and brackets.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, text.find('\n'))) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string function_of(const CommandPage& page) {
  std::string name = "_holdfast" + std::string(page.path.empty() ? "" : "_") + page.path;
  std::ranges::replace_if(
      name, [](char c) { return c == ' ' || c == '-'; }, '_');
  return name;
}

// "action" of _arguments: what the value may be.
std::string action_of(const OptionPage& option) {
  if (!option.choices.empty()) return fmt::format("({})", fmt::join(option.choices, " "));
  if (!is_path(option)) return " ";
  return is_directory(option) ? "_files -/" : "_files";
}

void append_option(std::string& out, const OptionPage& option) {
  for (const auto& name : option.names) {
    const bool is_long = name.starts_with("--");
    const std::string value =
        option.value.empty() ? "" : fmt::format(":{}:{}", escaped(option.value), action_of(option));
    out += fmt::format("    '*{}{}[{}]{}' \\\n", name, value.empty() ? "" : (is_long ? "=" : "+"),
                       escaped(option.description), value);
  }
}

void append_positional(std::string& out, const OptionPage& option) {
  out += fmt::format("    '{}:{}:{}' \\\n",
                     option.repeats    ? "*"
                     : option.required ? ""
                                       : ":",
                     escaped(option.names.front()), action_of(option));
}

void append_parts(std::string& out, const CommandPage& page) {
  out += "  case $state in\n    command)\n      local -a commands=(\n";
  for (const auto& part : page.parts) {
    out += fmt::format("        '{}:{}'\n", part.name, escaped(part.description));
  }
  out += "      )\n      _describe command commands ;;\n    rest)\n      case $words[1] in\n";
  for (const auto& part : page.parts) out += fmt::format("        {}) {} ;;\n", part.name, function_of(part));
  out += "      esac ;;\n  esac\n";
}

void append_function(std::string& out, const CommandPage& page) {
  out += fmt::format("{}() {{\n", function_of(page));
  if (page.takes_command()) {
    // Behind the mark the words are another program's.
    out +=
        "  local mark=${words[(i)--]}\n"
        "  if ((mark < CURRENT)); then\n"
        "    words=(\"${(@)words[mark + 1,-1]}\") CURRENT=$((CURRENT - mark))\n"
        "    _normal\n"
        "    return\n"
        "  fi\n";
  }
  if (!page.parts.empty()) out += "  local context state state_descr line\n  typeset -A opt_args\n";
  out += fmt::format("  _arguments {}\\\n", page.parts.empty() ? "-s " : "-C ");
  for (const auto& option : page.options) {
    option.positional ? append_positional(out, option) : append_option(out, option);
  }
  if (page.parts.empty()) {
    out += "    && return 0\n";
  } else {
    out += "    '1: :->command' '*:: :->rest'\n";
    append_parts(out, page);
  }
  out += "}\n\n";
}

}  // namespace

std::string zsh_completion(const CommandPage& program) {
  std::string out =
      "#compdef holdfast\n# Completion of holdfast for zsh, made by `holdfast completion zsh`.\n\n";
  for (const auto* page : all_pages(program)) append_function(out, *page);
  // Run by compinit as the function itself, or sourced.
  out += "if [[ $funcstack[1] == _holdfast ]]; then _holdfast \"$@\"; else compdef _holdfast holdfast; fi\n";
  return out;
}

}  // namespace holdfast::cli
