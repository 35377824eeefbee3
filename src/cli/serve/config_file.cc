#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "cli/serve/config.h"
#include "cli/serve/setting.h"
#include "cli/suggest.h"

namespace holdfast::cli {
namespace {

constexpr std::streamsize kMaxFileBytes = 1 << 20;

Error wrong(std::string text) {
  return Error{std::make_error_code(std::errc::invalid_argument), std::move(text)};
}

Result<std::string> read_text(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), kMaxFileBytes + 1);
  if (!file.eof() && !file) return errno_error("cannot read the configuration file " + path, errno);
  if (file.gcount() > kMaxFileBytes) {
    return wrong(fmt::format("{}: a configuration file has at most {} bytes", path, kMaxFileBytes));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

std::string place(const std::string& path, const toml::source_region& where) {
  return fmt::format("{}:{}", path, where.begin.line);
}

// The text of one value, as it would be written elsewhere; none when it has another form.
std::optional<std::string> text_of(const toml::node& node, ValueForm form) {
  if (form == ValueForm::number && node.is_integer()) return std::to_string(**node.as_integer());
  if (form == ValueForm::boolean && node.is_boolean()) return **node.as_boolean() ? "true" : "false";
  if (form == ValueForm::text && node.is_string()) return **node.as_string();
  return std::nullopt;
}

std::string_view description(const Setting& setting) {
  if (setting.form == ValueForm::number) return "a number";
  if (setting.form == ValueForm::boolean) return "true or false";
  return setting.repeatable ? "a string, or a list of strings" : "a string";
}

std::optional<std::vector<std::string>> values_of(const toml::node& node, const Setting& setting) {
  std::vector<std::string> values;
  const auto add = [&](const toml::node& one) {
    auto text = text_of(one, setting.form);
    if (text) values.push_back(std::move(*text));
    return text.has_value();
  };
  if (const toml::array* list = node.as_array(); list != nullptr && setting.repeatable) {
    for (const toml::node& one : *list) {
      if (!add(one)) return std::nullopt;
    }
    return values;
  }
  return add(node) ? std::optional(std::move(values)) : std::nullopt;
}

Error unknown(const std::string& where, std::string_view key) {
  std::vector<std::string> known;
  for (const Setting& setting : serve_settings()) known.emplace_back(setting.name);
  const std::string near = nearest(key, known);
  return wrong(fmt::format("{}: unknown key '{}'{}", where, key,
                           near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
}

bool is_table_of_settings(const std::string& name) {
  return std::ranges::any_of(serve_settings(),
                             [&](const Setting& setting) { return setting.name.starts_with(name + "."); });
}

// Settings whose names have dots are keys of tables: `enabled` in [dialects.keys].
Result<void> add_table(Layer& layer, const toml::table& table, const std::string& prefix,
                       const std::string& path) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    const toml::table* const inner = node.as_table();
    if (inner != nullptr && is_table_of_settings(name)) {
      if (auto added = add_table(layer, *inner, name + ".", path); !added) return added;
      continue;
    }
    const Setting* setting = find_setting(name);
    if (setting == nullptr) return unknown(place(path, key.source()), name);
    auto values = values_of(node, *setting);
    const std::string where = place(path, node.source());
    if (!values) return wrong(fmt::format("{}: {} is {}", where, setting->name, description(*setting)));
    layer[setting->name] = Told{std::move(*values), where};
  }
  return {};
}

Result<Layer> layer_of(const toml::table& table, const std::string& path) {
  Layer layer;
  const auto added = add_table(layer, table, "", path);
  return added ? Result<Layer>(std::move(layer)) : added.error();
}

template <class Node>
std::string written(const Node& node) {
  std::ostringstream out;
  out << node;
  return out.str();
}

std::string toml_value(const Setting& setting, std::vector<std::string> values) {
  if (setting.form != ValueForm::text) return values.front();
  if (setting.masked != nullptr) {
    for (std::string& value : values) value = setting.masked(value);
  }
  if (!setting.repeatable) return written(toml::value<std::string>(values.front()));
  toml::array list;
  for (std::string& value : values) list.push_back(std::move(value));
  return written(list);
}

}  // namespace

Result<Layer> read_config_file(const std::string& path) {
  auto text = read_text(path);
  if (!text) return text.error();
  try {
    return layer_of(toml::parse(*text), path);
  } catch (const toml::parse_error& error) {
    return wrong(fmt::format("{}: {}", place(path, error.source()), error.description()));
  }
}

std::string to_toml(const Config& config) {
  std::string out;
  for (const Setting& setting : serve_settings()) {
    const Told* told = config.told(setting.name);
    out += told == nullptr ? fmt::format("# {} =  # no value\n", setting.name)
                           : fmt::format("{} = {}  # {}\n", setting.name, toml_value(setting, told->values),
                                         told->origin);
  }
  return out;
}

}  // namespace holdfast::cli
