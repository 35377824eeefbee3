#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "client/messages.h"

namespace CLI {
class App;
}

namespace holdfast::cli {

// What `register` is to change, as given on the command line; what is not named stays as it is.
struct SettingsChange {
  std::optional<std::string> description;
  std::vector<std::string> owners;
  bool any_owner = false;
  std::string limit;
  std::vector<std::string> shared_groups;
  bool any_group = false;
  std::string lock_delay;
  std::string max_hold;
  std::string max_ttl;
  std::string max_wait;
  bool multi_key_wait = false;
  bool no_multi_key_wait = false;
  bool record_refusals = false;
  bool no_record_refusals = false;
};

void add_settings_options(CLI::App& command, SettingsChange& change);

// The settings after the change. Fails with std::errc::invalid_argument; the text names the option.
Result<client::LockSettings> changed(client::LockSettings settings, const SettingsChange& change);

}  // namespace holdfast::cli
