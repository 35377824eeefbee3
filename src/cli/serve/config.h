#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/serve/serve_settings.h"
#include "client/settings.h"

namespace holdfast::cli {

// What one setting was told, and where: "/etc/holdfast/holdfast.toml:3", "HOLDFAST_DATA", "--data" or
// "default".
struct Told {
  std::vector<std::string> values;
  std::string origin;
};

// What one source says, by the name of the setting.
using Layer = std::map<std::string_view, Told>;

struct ConfigSources {
  Layer flags;
  client::Environment environment;
  // Path of the file; empty: HOLDFAST_CONFIG's, else kDefaultConfigFile when there is one.
  std::string file;
};

inline constexpr const char* kDefaultConfigFile = "/etc/holdfast/holdfast.toml";

// The settings of a server, merged from their sources: a flag beats the environment beats the file beats the
// default. Lists are replaced, never joined.
class Config {
 public:
  // Reads the file and checks every value. The error's text names the source and the setting.
  static Result<Config> read(const ConfigSources& sources);

  const ServeSettings& settings() const { return settings_; }
  // Of a setting that has a value; null for one that has none.
  const Told* told(std::string_view name) const;
  // The names of the settings that `other` tells otherwise, in the table's order.
  std::vector<std::string_view> differences(const Config& other) const;

 private:
  Layer told_;
  ServeSettings settings_;
};

// The file's keys and values. Unknown keys are errors that name line and nearest known key; so are values of
// another form than the setting's. At most 1 MiB.
Result<Layer> read_config_file(const std::string& path);

// A file that --config takes, with the origin of each value as a comment. Secrets are masked; settings
// without a value are comments.
std::string to_toml(const Config& config);

}  // namespace holdfast::cli
