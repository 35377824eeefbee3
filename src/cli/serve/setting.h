#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/serve/serve_settings.h"

// The settings of `holdfast serve`: one table, from which its flags, environment variables, the keys of its
// file, --help, --print-config and the check of docs/configuration.md come.

namespace holdfast::cli {

// How a value is written in the file; elsewhere everything is text.
enum class ValueForm { text, number, boolean };

struct Setting {
  std::string_view name;      // --name, HOLDFAST_NAME and the key `name`
  std::string_view type;      // of its value, for --help
  std::string_view standard;  // its default, as one would write it; empty: none
  std::string_view help;
  // Checks the texts and keeps what they say. Without `repeatable` there is exactly one.
  Result<void> (*store)(const std::vector<std::string>& texts, ServeSettings& settings);
  ValueForm form = ValueForm::text;
  bool repeatable = false;  // several values: a list in the file, else also separated by commas
  bool reloadable = false;  // SIGHUP takes it over; the others need a restart
  // How a value is shown where others may read it; none: as it is.
  std::string (*masked)(std::string_view text) = nullptr;
};

std::span<const Setting> serve_settings();

// The setting of this name, or null.
const Setting* find_setting(std::string_view name);

// "HOLDFAST_DEFAULT_TTL" of "default-ttl".
std::string environment_name(std::string_view name);

// The values in a text of the command line or of the environment.
std::vector<std::string> values_in(const Setting& setting, std::string_view text);

// What only several settings together can say wrongly.
Result<void> check_together(const ServeSettings& settings);

}  // namespace holdfast::cli
