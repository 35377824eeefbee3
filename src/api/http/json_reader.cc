#include "api/http/json_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

#include "service/rules.h"

namespace holdfast::api::http {
namespace {

namespace json = boost::json;
using ErrorCode = boost::system::error_code;

// Builds the value like Boost.JSON's own parser does, and refuses a member that comes twice: there, the last
// would win, and two readers of one request could disagree about what it says.
struct StrictHandler {
  static constexpr std::size_t max_object_size = kMaxJsonMembers;
  static constexpr std::size_t max_array_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_key_size = 1 << 16;
  static constexpr std::size_t max_string_size = 1 << 20;

  // An object with more is searched once, at its end: a body of 1 MiB has room for 130 objects of 1,000.
  static constexpr std::ptrdiff_t kFewNames = 16;

  json::value_stack stack;
  std::vector<std::string> names;         // of every object that is open
  std::vector<std::size_t> object_begin;  // where in `names` each of them begins
  std::string name;
  std::string repeated;

  bool on_document_begin(ErrorCode&) { return true; }
  bool on_document_end(ErrorCode&) { return true; }
  bool refuse_repeated(const std::string& member, ErrorCode& error) {
    repeated = member;
    error = json::error::extra_data;
    return false;
  }
  bool on_object_begin(ErrorCode&) {
    object_begin.push_back(names.size());
    return true;
  }
  bool on_object_end(std::size_t size, ErrorCode& error) {
    if (std::cmp_greater(size, kFewNames)) {
      const auto begin = names.begin() + static_cast<std::ptrdiff_t>(object_begin.back());
      std::sort(begin, names.end());
      const auto twice = std::adjacent_find(begin, names.end());
      if (twice != names.end()) return refuse_repeated(*twice, error);
    }
    names.resize(object_begin.back());
    object_begin.pop_back();
    stack.push_object(size);
    return true;
  }
  bool on_array_begin(ErrorCode&) { return true; }
  bool on_array_end(std::size_t size, ErrorCode&) {
    stack.push_array(size);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, ErrorCode&) {
    name.append(part.data(), part.size());
    stack.push_chars(part);
    return true;
  }
  bool on_key(json::string_view rest, std::size_t, ErrorCode& error) {
    name.append(rest.data(), rest.size());
    stack.push_key(rest);
    const auto begin = names.begin() + static_cast<std::ptrdiff_t>(object_begin.back());
    const auto end = names.end() - begin <= kFewNames ? names.end() : begin;
    if (std::find(begin, end, name) != end) return refuse_repeated(name, error);
    names.push_back(name);
    name.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, ErrorCode&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(json::string_view rest, std::size_t, ErrorCode&) {
    stack.push_string(rest);
    return true;
  }
  bool on_number_part(json::string_view, ErrorCode&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, ErrorCode&) {
    stack.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view, ErrorCode&) {
    stack.push_uint64(value);
    return true;
  }
  // What is kept is written again, and infinity has no JSON.
  bool on_double(double value, json::string_view, ErrorCode& error) {
    if (!std::isfinite(value)) {
      error = json::error::exponent_overflow;
      return false;
    }
    stack.push_double(value);
    return true;
  }
  bool on_bool(bool value, ErrorCode&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(ErrorCode&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, ErrorCode&) { return true; }
  bool on_comment(json::string_view, ErrorCode&) { return true; }
};

std::string describe(const ErrorCode& error, std::size_t at) {
  if (error == json::error::too_deep) return fmt::format("the JSON is deeper than {} levels", kMaxJsonDepth);
  if (error == json::error::object_too_large) {
    return fmt::format("a JSON object has more than {} members", kMaxJsonMembers);
  }
  if (error == json::error::exponent_overflow)
    return fmt::format("the JSON has too large a number near byte {}", at);
  if (error == json::error::incomplete) return "the JSON ends too early";
  return fmt::format("the body is not JSON: {} near byte {}", error.message(), at);
}

}  // namespace

service::Checked<json::object> read_json(std::string_view body, json::storage_ptr storage) {
  if (body.empty()) return service::invalid("", "the body is empty: a JSON object is expected");
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::basic_parser<StrictHandler> parser(options);
  StrictHandler& handler = parser.handler();
  handler.stack.reset(std::move(storage));
  ErrorCode error;
  const std::size_t used = parser.write_some(false, body.data(), body.size(), error);
  if (!error && used < body.size()) error = json::error::extra_data;
  if (!handler.repeated.empty()) return service::invalid(handler.repeated, "the member is given twice");
  if (error) return service::invalid("", describe(error, used));
  json::value value = handler.stack.release();
  if (!value.is_object()) return service::invalid("", "the body is not a JSON object");
  return std::move(value.get_object());
}

}  // namespace holdfast::api::http
