#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "client/deadline.h"

// Lenient access to members of a JSON object. For the codec's .cc files only; Boost.JSON stays inside.

namespace holdfast::client {

inline const boost::json::value* member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

inline std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* value = member(object, name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

inline std::optional<std::int64_t> number_member(const boost::json::object& object, std::string_view name) {
  const auto* value = member(object, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::json::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  return error ? std::nullopt : std::optional(number);
}

inline std::optional<Milliseconds> duration_member(const boost::json::object& object, std::string_view name) {
  const auto number = number_member(object, name);
  return number ? std::optional(Milliseconds(*number)) : std::nullopt;
}

inline const boost::json::object* object_member(const boost::json::object& object, std::string_view name) {
  const auto* value = member(object, name);
  return value != nullptr ? value->if_object() : nullptr;
}

inline std::optional<bool> truth_member(const boost::json::object& object, std::string_view name) {
  const auto* value = member(object, name);
  return value != nullptr && value->is_bool() ? std::optional(value->get_bool()) : std::nullopt;
}

inline std::vector<std::string> texts_member(const boost::json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  const auto* value = member(object, name);
  const auto* array = value != nullptr ? value->if_array() : nullptr;
  if (array == nullptr) return texts;
  for (const auto& element : *array) {
    if (element.is_string()) texts.emplace_back(element.get_string());
  }
  return texts;
}

// Calls `each` with every element that is an object.
template <class Function>
void for_each_object(const boost::json::object& object, std::string_view name, Function each) {
  const auto* value = member(object, name);
  const auto* array = value != nullptr ? value->if_array() : nullptr;
  if (array == nullptr) return;
  for (const auto& element : *array) {
    if (const auto* item = element.if_object()) each(*item);
  }
}

}  // namespace holdfast::client
