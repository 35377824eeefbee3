#include "cli/pages/command_page.h"

#include <CLI/CLI.hpp>

namespace holdfast::cli {
namespace {

// CLI11 keeps the values of IsMember only in the type's name: "TEXT:{free,shared}".
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> choices;
  const auto begin = type.find('{');
  const auto end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return choices;
  for (std::size_t at = begin + 1; at <= end;) {
    const auto stop = std::min(type.find(',', at), end);
    choices.push_back(type.substr(at, stop - at));
    at = stop + 1;
  }
  return choices;
}

OptionPage option_page(const CLI::Option& option) {
  OptionPage page{.description = option.get_description(),
                  .required = option.get_required(),
                  .repeats = option.get_expected_max() > 1,
                  .positional = option.get_positional()};
  const std::string type = option.get_type_name();
  page.choices = choices_in(type);
  if (page.positional) {
    page.names.push_back(option.get_name(true));
    return page;
  }
  for (const auto& name : option.get_snames()) page.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) page.names.push_back("--" + name);
  if (option.get_items_expected_max() == 0) return page;
  const auto colon = std::min(type.find(':'), type.find('{'));
  page.value = type.substr(0, colon);
  if (page.value.empty()) page.value = "WORD";
  if (!option.get_default_str().empty()) page.description += " (" + option.get_default_str() + ")";
  return page;
}

CommandPage page_below(const CLI::App& app, const std::string& path) {
  CommandPage page{.path = path,
                   .name = app.get_name(),
                   .description = app.get_description(),
                   .group = app.get_group(),
                   .footer = app.get_footer()};
  for (const auto* option : app.get_options()) {
    if (!option->get_group().empty()) page.options.push_back(option_page(*option));
  }
  for (const auto* part : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (part->get_group().empty()) continue;
    page.parts.push_back(page_below(*part, path.empty() ? part->get_name() : path + " " + part->get_name()));
  }
  return page;
}

void append(const CommandPage& page, std::vector<const CommandPage*>& pages) {
  pages.push_back(&page);
  for (const auto& part : page.parts) append(part, pages);
}

}  // namespace

CommandPage page_of(const CLI::App& app) {
  return page_below(app, "");
}

bool is_path(const OptionPage& option) {
  return option.kind() == "FILE" || is_directory(option);
}

bool is_directory(const OptionPage& option) {
  return option.kind() == "DIR";
}

std::vector<const CommandPage*> all_pages(const CommandPage& page) {
  std::vector<const CommandPage*> pages;
  append(page, pages);
  return pages;
}

}  // namespace holdfast::cli
