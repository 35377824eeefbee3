#include "api/http/body_fields.h"

#include <algorithm>
#include <limits>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "service/rules.h"

namespace holdfast::api::http {
namespace {

namespace json = boost::json;

std::string_view kind_name(json::kind kind) {
  switch (kind) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a truth value";
    case json::kind::int64:
    case json::kind::uint64:
      return "a number";
    case json::kind::double_:
      return "a number with a fraction, an exponent or too many digits";
    case json::kind::string:
      return "text";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
  }
  return "something else";
}

}  // namespace

std::string wrong_type(std::string_view wanted, const json::value& found) {
  return fmt::format("must be {}, not {}", wanted, kind_name(found.kind()));
}

const json::value* BodyFields::any(std::string_view name) {
  asked_.push_back(name);
  const json::value* value = object_.if_contains(name);
  if (value != nullptr) ++found_;
  return value;
}

void BodyFields::fail(std::string_view name, std::string detail) {
  if (!fault_) fault_ = service::invalid(path_of(name), fmt::format("{} {}", path_of(name), detail));
}

void BodyFields::require(std::string_view name) {
  if (!object_.contains(name)) fail(name, "is missing");
}

void BodyFields::text(std::string_view name, std::string& out) {
  const json::value* value = any(name);
  if (value == nullptr) return;
  if (!value->is_string()) return fail(name, wrong_type("text", *value));
  out.assign(value->get_string().data(), value->get_string().size());
}

void BodyFields::text(std::string_view name, std::optional<std::string>& out) {
  if (object_.contains(name)) return text(name, out.emplace());
  asked_.push_back(name);
}

void BodyFields::integer(std::string_view name, std::int64_t& out) {
  const json::value* value = any(name);
  if (value == nullptr) return;
  if (value->is_uint64()) return fail(name, "is too large");
  if (!value->is_int64()) return fail(name, wrong_type("a whole number", *value));
  out = value->get_int64();
}

void BodyFields::integer(std::string_view name, std::optional<std::int64_t>& out) {
  if (object_.contains(name)) return integer(name, out.emplace());
  asked_.push_back(name);
}

void BodyFields::integer_or_null(std::string_view name, std::optional<std::int64_t>& out) {
  const json::value* value = object_.if_contains(name);
  if (value == nullptr || !value->is_null()) return integer(name, out);
  any(name);
}

void BodyFields::truth(std::string_view name, bool& out) {
  const json::value* value = any(name);
  if (value == nullptr) return;
  if (!value->is_bool()) return fail(name, wrong_type("true or false", *value));
  out = value->get_bool();
}

void BodyFields::texts(std::string_view name, std::vector<std::string>& out) {
  const json::value* value = any(name);
  if (value == nullptr) return;
  if (!value->is_array()) return fail(name, wrong_type("a list", *value));
  out.clear();
  for (const json::value& member : value->get_array()) {
    if (!member.is_string()) {
      return fail(fmt::format("{}[{}]", name, out.size()), wrong_type("text", member));
    }
    out.emplace_back(member.get_string().data(), member.get_string().size());
  }
}

void BodyFields::texts(std::string_view name, std::optional<std::vector<std::string>>& out) {
  if (object_.contains(name)) return texts(name, out.emplace());
  asked_.push_back(name);
}

std::optional<std::size_t> BodyFields::word(std::string_view name,
                                            std::initializer_list<std::string_view> words) {
  const json::value* value = any(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) {
    const auto at = std::find(words.begin(), words.end(), std::string_view(value->get_string()));
    if (at != words.end()) return static_cast<std::size_t>(at - words.begin());
  }
  fail(name, fmt::format("must be one of '{}'", fmt::join(words, "', '")));
  return std::nullopt;
}

void BodyFields::object_text(std::string_view name, std::string& out) {
  const json::value* value = any(name);
  if (value == nullptr) return;
  if (!value->is_object()) return fail(name, wrong_type("an object", *value));
  out = json::serialize(*value);
}

std::optional<service::Fault> BodyFields::finish() {
  if (fault_ || found_ == object_.size()) return fault_;
  for (const auto& member : object_) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
      fail(name, "is not a known field");
      break;
    }
  }
  return fault_;
}

}  // namespace holdfast::api::http
