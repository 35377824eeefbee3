#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/fault.h"

namespace holdfast::api::http {

// `text` with every %XX replaced by its byte, once; none when an escape is malformed.
std::optional<std::string> percent_decode(std::string_view text);

// One `name=value` of a query or a form, decoded: `+` is a space. None where an escape is malformed; whether
// it is UTF-8 is not looked at.
struct FormField {
  std::optional<std::string> name;
  std::optional<std::string> value;  // empty when there is no '='
};

// The next field, which `form` loses. None at its end.
std::optional<FormField> take_field(std::string_view& form);

// Path and query of a request target. Both are views into the target, still encoded.
struct Target {
  std::string_view path;
  std::string_view query;
};

// Takes origin form ("/v1/locks?prefix=a") and absolute form ("http://host/v1/locks"); anything else is none.
std::optional<Target> split_target(std::string_view target);

// The query parameters of one call. Like a form, `+` is a space. Each name at most once.
class Query {
 public:
  // Refuses bad escapes, text that is not UTF-8, repeated names, and names that are not among `known`.
  static service::Checked<Query> parse(std::string_view query, std::initializer_list<std::string_view> known);

  // The same of clients that were never refused for their query: only the `known` ones are looked at, and of
  // one that comes several times the last counts. What cannot be read is left out.
  static Query parse_known(std::string_view query, std::initializer_list<std::string_view> known);

  // The value, or nothing when the name was not given.
  const std::string* find(std::string_view name) const;
  std::string text(std::string_view name) const;  // empty when not given

  // A decimal number from 1 to `most`; `otherwise` when not given.
  service::Checked<std::uint64_t> number(std::string_view name, std::uint64_t most,
                                         std::uint64_t otherwise) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace holdfast::api::http
