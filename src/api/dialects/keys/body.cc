#include "api/dialects/keys/body.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "api/dialects/keys/form.h"
#include "api/http/json_reader.h"
#include "api/http/json_writer.h"
#include "api/http/problem.h"
#include "lock/limits.h"
#include "service/rules.h"

namespace holdfast::api::keys {
namespace {

namespace json = boost::json;
using service::Fault;
using service::invalid;

// What JavaScript takes for no.
bool is_nothing(const json::value* value) {
  if (value == nullptr || value->is_null()) return true;
  if (value->is_string()) return value->get_string().empty();
  if (value->is_bool()) return !value->get_bool();
  return value->is_number() && value->to_number<double>() == 0;
}

std::optional<std::string> text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string().data(), value.get_string().size());
  if (value.is_int64()) return fmt::to_string(value.get_int64());
  if (value.is_uint64()) return fmt::to_string(value.get_uint64());
  if (value.is_double()) return fmt::to_string(value.get_double());
  return std::nullopt;
}

service::Checked<std::string> key_of(const json::value& value) {
  auto key = text_of(value);
  if (!key) return invalid("keys", "key `keys` should be a key or an array of keys");
  if (const auto fault = service::check_key(*key, "keys")) return *fault;
  return *std::move(key);
}

service::MaybeFault check_count(std::size_t count) {
  if (count <= lock::kMaxKeysPerAcquire) return std::nullopt;
  return invalid("keys", fmt::format("there are more than {} keys", lock::kMaxKeysPerAcquire));
}

// A number of which digits and a sign are read as far as they go; none where there are none.
std::optional<std::int64_t> leading_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return text.starts_with('-') ? INT64_MIN : INT64_MAX;
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::string_view type_of(int status) {
  if (status == 401 || status == 403) return "AUTHENTICATION";
  return status >= 500 ? "DB" : "BAD_REQUEST";
}

constexpr std::string_view kTokensWanted =
    "key `keys` should be an array of objects with keys `key` and `version`";

service::Checked<Token> token_of(const json::value& value) {
  const json::object* const token = value.if_object();
  const json::value* const key = token == nullptr ? nullptr : token->if_contains("key");
  const json::value* const version = token == nullptr ? nullptr : token->if_contains("version");
  if (key == nullptr || version == nullptr) return invalid("keys", std::string(kTokensWanted));
  const auto name = text_of(*key);
  const auto number = text_of(*version);
  if (!name || !number) return invalid("keys", std::string(kTokensWanted));
  Token out{.key = *name};
  const char* const end = number->data() + number->size();
  const auto [at, error] = std::from_chars(number->data(), end, out.version);
  if (error != std::errc() || at != end) out.version = 0;
  return out;
}

}  // namespace

int write_refusal(const Fault& fault, std::string& body) {
  const int status = http::problem_kind(fault.code).status;
  http::JsonWriter out(body);
  out.begin_object();
  out.member("message", fault.detail);
  out.member("name", "HandleError");
  out.member("type", type_of(status));
  out.end_object();
  return status;
}

service::Checked<json::object> read_body(http::Exchange& exchange) {
  const std::string_view text = exchange.asked().body;
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return json::object(exchange.json_memory());
  if (text[begin] == '{' || text[begin] == '[' || text[begin] == '"') {
    return http::read_json(text, exchange.json_memory());
  }
  if (exchange.asked().content_type.find("json") != std::string::npos) {
    return http::read_json(text, exchange.json_memory());
  }
  return read_form(text, exchange.json_memory());
}

service::Checked<std::string> read_uid(const json::object& body) {
  const json::value* const uid = body.if_contains("uid");
  if (is_nothing(uid)) return invalid("uid", "key `uid` is required");
  auto text = text_of(*uid);
  if (!text) return invalid("uid", "key `uid` should be a string");
  if (const auto fault = service::check_text(*text, lock::kMaxAliasBytes, "uid")) return *fault;
  return *std::move(text);
}

service::Checked<std::vector<std::string>> read_keys(const json::object& body) {
  const json::value* const keys = body.if_contains("keys");
  if (is_nothing(keys)) return invalid("keys", "key `keys` is required");
  std::vector<std::string> out;
  if (!keys->is_array()) {
    auto key = key_of(*keys);
    if (!key) return key.error();
    out.push_back(*std::move(key));
    return out;
  }
  const json::array& list = keys->get_array();
  if (const auto fault = check_count(list.size())) return *fault;
  for (const json::value& value : list) {
    auto key = key_of(value);
    if (!key) return key.error();
    out.push_back(*std::move(key));
  }
  return out;
}

service::Checked<std::optional<std::int64_t>> read_exp(const json::object& body) {
  const json::value* const exp = body.if_contains("exp");
  if (is_nothing(exp)) return std::optional<std::int64_t>();
  const auto text = text_of(*exp);
  const auto value = text ? leading_number(*text) : std::nullopt;
  if (!value || *value == 0) return invalid("exp", "invalid key `exp`, should be a number");
  if (*value > lock::kMaxTtl.count()) {
    return invalid("exp", fmt::format("invalid key `exp`, should be at most {}", lock::kMaxTtl.count()));
  }
  return std::optional(*value);
}

service::Checked<std::vector<Token>> read_tokens(const json::object& body) {
  const json::value* keys = body.if_contains("keys");
  if (is_nothing(keys)) keys = body.if_contains("tokens");
  if (is_nothing(keys)) return invalid("keys", "key `keys` is required");
  if (!keys->is_array()) return invalid("keys", std::string(kTokensWanted));
  const json::array& list = keys->get_array();
  if (const auto fault = check_count(list.size())) return *fault;
  std::vector<Token> out;
  for (const json::value& value : list) {
    auto token = token_of(value);
    if (!token) return token.error();
    out.push_back(*std::move(token));
  }
  return out;
}

}  // namespace holdfast::api::keys
