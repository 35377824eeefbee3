#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "service/fault.h"

namespace holdfast::api::http {

// Takes the members of one JSON object by name and type. The first thing that is wrong is kept; finish()
// tells it, or names a member that nobody asked for.
class BodyFields {
 public:
  // `object` must outlive this. `path` names it in faults: "" for the body, "keys[2]." for an item in it.
  explicit BodyFields(const boost::json::object& object, std::string path = {})
      : object_(object), path_(std::move(path)) {}

  // Each leaves `out` alone when the member is absent.
  void text(std::string_view name, std::string& out);
  void text(std::string_view name, std::optional<std::string>& out);
  void integer(std::string_view name, std::int64_t& out);
  void integer(std::string_view name, std::optional<std::int64_t>& out);

  // Null is as good as absent.
  void integer_or_null(std::string_view name, std::optional<std::int64_t>& out);
  void truth(std::string_view name, bool& out);
  void texts(std::string_view name, std::vector<std::string>& out);
  void texts(std::string_view name, std::optional<std::vector<std::string>>& out);

  // One of `words`; returns its index, or nothing.
  std::optional<std::size_t> word(std::string_view name, std::initializer_list<std::string_view> words);

  // Any JSON object, as compact text.
  void object_text(std::string_view name, std::string& out);

  // The member as it is, or nullptr.
  const boost::json::value* any(std::string_view name);

  // Says that a member which was asked for must be there.
  void require(std::string_view name);

  void fail(std::string_view name, std::string detail);
  std::string path_of(std::string_view name) const { return path_ + std::string(name); }

  std::optional<service::Fault> finish();

 private:
  const boost::json::object& object_;
  std::string path_;
  std::vector<std::string_view> asked_;
  std::size_t found_ = 0;
  std::optional<service::Fault> fault_;
};

// "must be text, not a number"
std::string wrong_type(std::string_view wanted, const boost::json::value& found);

}  // namespace holdfast::api::http
