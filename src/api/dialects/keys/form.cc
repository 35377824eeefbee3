#include "api/dialects/keys/form.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "api/http/target.h"
#include "lock/key.h"
#include "service/rules.h"

namespace holdfast::api::keys {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxNameParts = 4;

// "keys", "0", "key" of `keys[0][key]`; a name whose brackets do not fit is one part.
std::vector<std::string_view> parts_of(std::string_view name) {
  std::vector<std::string_view> parts{name.substr(0, name.find('['))};
  std::string_view rest = name.substr(parts.front().size());
  while (!rest.empty()) {
    const std::size_t close = rest.find(']');
    if (parts.front().empty() || rest.front() != '[' || close == rest.npos || parts.size() == kMaxNameParts) {
      return {name};
    }
    parts.push_back(rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
  }
  return parts;
}

// Where in a list the part says; none for a name. Empty is the end.
std::optional<std::size_t> index_of(std::string_view part, std::size_t size) {
  if (part.empty()) return size;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error != std::errc() || end != part.data() + part.size() || index >= kMaxFormFields)
    return std::nullopt;
  return std::min(index, size);
}

// The value below `value` that the part names, made where it is not there; null when `value` has no such.
json::value* below(json::value& value, std::string_view part) {
  if (value.is_null()) {
    if (index_of(part, 0)) {
      value.emplace_array();
    } else {
      value.emplace_object();
    }
  }
  if (json::array* list = value.if_array()) {
    const auto index = index_of(part, list->size());
    if (!index) return nullptr;
    if (*index == list->size()) list->emplace_back(nullptr);
    return &(*list)[*index];
  }
  json::object* object = value.if_object();
  return object == nullptr ? nullptr : &(*object)[json::string_view(part.data(), part.size())];
}

json::value* place_of(json::value& form, const std::vector<std::string_view>& parts) {
  const std::string_view name = parts.front();
  json::value* at = &form.get_object()[json::string_view(name.data(), name.size())];
  for (std::size_t i = 1; i < parts.size() && at != nullptr; ++i) at = below(*at, parts[i]);
  return at;
}

bool put(json::value& where, std::string_view text) {
  const json::string_view value(text.data(), text.size());
  if (where.is_null()) {
    where.emplace_string() = value;
  } else if (where.is_string()) {
    json::string first = std::move(where.get_string());
    json::array& list = where.emplace_array();
    list.emplace_back(std::move(first));
    list.emplace_back(value);
  } else if (where.is_array()) {
    where.get_array().emplace_back(value);
  } else {
    return false;
  }
  return true;
}

}  // namespace

service::Checked<json::object> read_form(std::string_view body, json::storage_ptr storage) {
  json::value out(json::object_kind, std::move(storage));
  std::size_t fields = 0;
  while (const auto field = http::take_field(body)) {
    if (++fields > kMaxFormFields) return service::invalid("", "the form has too many fields");
    const auto& [name, value] = *field;
    if (!name || !value || !lock::is_utf8(*name) || !lock::is_utf8(*value)) {
      return service::invalid("", "the form has a malformed escape, or is not UTF-8");
    }
    json::value* const at = place_of(out, parts_of(*name));
    if (at == nullptr || !put(*at, *value)) {
      return service::invalid(*name, "a field of the form is at odds with another");
    }
  }
  return std::move(out.get_object());
}

}  // namespace holdfast::api::keys
