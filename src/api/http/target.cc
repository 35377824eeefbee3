#include "api/http/target.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "lock/key.h"
#include "service/rules.h"

namespace holdfast::api::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> form_decode(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_decode(spaced);
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    if (text.size() - at < 3) return std::nullopt;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    at += 2;
  }
  return out;
}

std::optional<Target> split_target(std::string_view target) {
  if (!target.starts_with('/')) {
    const std::size_t scheme_end = target.find("://");
    if (scheme_end != 4 && scheme_end != 5) return std::nullopt;
    if (!target.starts_with("http://") && !target.starts_with("https://")) return std::nullopt;
    const std::size_t path = target.find_first_of("/?", scheme_end + 3);
    target = path == target.npos ? "/" : target.substr(path);
    if (target.starts_with('?')) return std::nullopt;
  }
  if (target.find('#') != target.npos) return std::nullopt;
  const std::size_t mark = target.find('?');
  if (mark == target.npos) return Target{target, {}};
  return Target{target.substr(0, mark), target.substr(mark + 1)};
}

std::optional<FormField> take_field(std::string_view& form) {
  form.remove_prefix(std::min(form.find_first_not_of('&'), form.size()));
  if (form.empty()) return std::nullopt;
  const std::string_view field = form.substr(0, form.find('&'));
  form.remove_prefix(field.size());
  const std::string_view name = field.substr(0, field.find('='));
  return FormField{form_decode(name), form_decode(field.substr(std::min(name.size() + 1, field.size())))};
}

service::Checked<Query> Query::parse(std::string_view query, std::initializer_list<std::string_view> known) {
  Query out;
  while (const auto field = take_field(query)) {
    const auto& [name, value] = *field;
    if (!name || !value) return service::invalid("", "the query has a malformed percent escape");
    if (!lock::is_utf8(*name) || !lock::is_utf8(*value))
      return service::invalid("", "the query is not valid UTF-8");
    if (std::find(known.begin(), known.end(), *name) == known.end()) {
      return service::invalid(*name, fmt::format("there is no query parameter '{}' here", *name));
    }
    if (out.find(*name)) return service::invalid(*name, "the parameter is given twice");
    out.values_.emplace_back(*name, *value);
  }
  return out;
}

Query Query::parse_known(std::string_view query, std::initializer_list<std::string_view> known) {
  Query out;
  while (auto field = take_field(query)) {
    auto& [name, value] = *field;
    if (!name || !value || std::find(known.begin(), known.end(), *name) == known.end()) continue;
    if (!lock::is_utf8(*value)) continue;
    std::erase_if(out.values_, [known = *name](const auto& pair) { return pair.first == known; });
    out.values_.emplace_back(*std::move(name), *std::move(value));
  }
  return out;
}

const std::string* Query::find(std::string_view name) const {
  const auto at =
      std::find_if(values_.begin(), values_.end(), [&](const auto& pair) { return pair.first == name; });
  return at == values_.end() ? nullptr : &at->second;
}

std::string Query::text(std::string_view name) const {
  const std::string* value = find(name);
  return value ? *value : std::string();
}

service::Checked<std::uint64_t> Query::number(std::string_view name, std::uint64_t most,
                                              std::uint64_t otherwise) const {
  const std::string* text = find(name);
  if (!text) return otherwise;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc() && end == text->data() + text->size() && value >= 1 && value <= most) return value;
  return service::invalid(name, fmt::format("{} is a number from 1 to {}", name, most));
}

}  // namespace holdfast::api::http
