#include "cli/serve/config.h"

#include <unistd.h>

#include <fmt/format.h>

#include "cli/serve/setting.h"

namespace holdfast::cli {
namespace {

std::string file_of(const ConfigSources& sources) {
  if (!sources.file.empty()) return sources.file;
  if (const auto named = sources.environment("HOLDFAST_CONFIG")) return *named;
  return ::access(kDefaultConfigFile, F_OK) == 0 ? kDefaultConfigFile : "";
}

Layer layer_of(const client::Environment& environment) {
  Layer layer;
  for (const Setting& setting : serve_settings()) {
    std::string name = environment_name(setting.name);
    if (const auto text = environment(name.c_str())) {
      layer[setting.name] = Told{values_in(setting, *text), std::move(name)};
    }
  }
  return layer;
}

Layer defaults() {
  Layer layer;
  for (const Setting& setting : serve_settings()) {
    if (!setting.standard.empty())
      layer[setting.name] = Told{values_in(setting, setting.standard), "default"};
  }
  return layer;
}

// "/etc/holdfast/holdfast.toml:3: default-ttl: …", "HOLDFAST_DATA: …", "--data: …".
Error named(const Error& error, const Setting& setting, const std::string& origin) {
  const std::string_view text = error.detail;
  const bool names_setting = origin.starts_with("--") || origin == environment_name(setting.name);
  return Error{error.code, names_setting ? fmt::format("{}: {}", origin, text)
                                         : fmt::format("{}: {}: {}", origin, setting.name, text)};
}

}  // namespace

Result<Config> Config::read(const ConfigSources& sources) {
  Config config;
  config.told_ = sources.flags;
  config.told_.merge(layer_of(sources.environment));
  if (const std::string path = file_of(sources); !path.empty()) {
    auto file = read_config_file(path);
    if (!file) return file.error();
    config.told_.merge(*file);
  }
  config.told_.merge(defaults());
  for (const Setting& setting : serve_settings()) {
    const Told* told = config.told(setting.name);
    if (told == nullptr) continue;
    const auto stored = setting.store(told->values, config.settings_);
    if (!stored) return named(stored.error(), setting, told->origin);
  }
  if (const auto good = check_together(config.settings_); !good) return good.error();
  return config;
}

const Told* Config::told(std::string_view name) const {
  const auto found = told_.find(name);
  return found == told_.end() ? nullptr : &found->second;
}

std::vector<std::string_view> Config::differences(const Config& other) const {
  std::vector<std::string_view> names;
  for (const Setting& setting : serve_settings()) {
    const Told* mine = told(setting.name);
    const Told* theirs = other.told(setting.name);
    const bool same = mine == nullptr || theirs == nullptr ? mine == theirs : mine->values == theirs->values;
    if (!same) names.push_back(setting.name);
  }
  return names;
}

}  // namespace holdfast::cli
