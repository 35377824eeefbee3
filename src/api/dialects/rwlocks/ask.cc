#include "api/dialects/rwlocks/ask.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/beast/core/string.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/http/json_writer.h"
#include "api/http/problem.h"
#include "api/http/target.h"
#include "lock/limits.h"
#include "service/rules.h"

namespace holdfast::api::rwlocks {
namespace {

using service::Code;
using service::Fault;
using service::invalid;

constexpr std::int64_t kMaxTimeoutS = lock::kMaxTtl.count() / 1'000;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

// One member of the list that the original answers: what is wrong where, as its framework writes it.
std::string wrong(std::string_view place, std::string_view name, std::string_view what,
                  std::string_view type) {
  return fmt::format("{{'loc': ('{}', '{}'), 'msg': '{}', 'type': '{}'}}", place, name, what, type);
}

// The names that the server knows and those that its README tells.
const std::string* find(const http::Query& query, std::string_view name, std::string_view told) {
  const std::string* const value = query.find(name);
  return value != nullptr ? value : query.find(told);
}

void read_timeout(const http::Query& query, std::optional<std::int64_t>& out,
                  std::vector<std::string>& faults) {
  const std::string* const text = find(query, "timeout", "timeout_seconds");
  if (text == nullptr) return;
  const auto number = read_number(*text);
  if (!number) {
    faults.push_back(wrong("query", "timeout", "value is not a valid integer", "type_error.integer"));
  } else if (*number > kMaxTimeoutS) {
    faults.push_back(wrong("query", "timeout",
                           fmt::format("ensure this value is less than or equal to {}", kMaxTimeoutS),
                           "value_error.number.not_le"));
  } else {
    out = *number;
  }
}

void read_exclusive(const http::Query& query, bool& out, std::vector<std::string>& faults) {
  const std::string* const text = find(query, "is_write_exclusive", "is_exclusive");
  if (text == nullptr) return;
  if (const auto truth = read_truth(*text)) {
    out = *truth;
  } else {
    faults.push_back(
        wrong("query", "is_write_exclusive", "value could not be parsed to a boolean", "type_error.bool"));
  }
}

// A slash that is encoded is a slash to the original, and leads to no route of it.
std::optional<std::string> name_in_path(const http::Exchange& exchange, std::size_t index) {
  auto name = http::percent_decode(exchange.path_value(index));
  return name && name->find('/') == name->npos ? name : std::nullopt;
}

}  // namespace

void write_error(std::string& body, std::string_view text) {
  http::JsonWriter out(body);
  out.begin_object();
  out.member("Error message", text);
  out.end_object();
}

// What there is no route for is told by the framework of the original, all else by itself.
int write_refusal(const Fault& fault, std::string& body) {
  const int status = http::problem_kind(fault.code).status;
  if (status != 404 && status != 405) {
    write_error(body, fault.detail);
    return status;
  }
  http::JsonWriter out(body);
  out.begin_object();
  out.member("detail", status == 404 ? "Not Found" : "Method Not Allowed");
  out.end_object();
  return status;
}

std::optional<std::int64_t> read_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) return text.starts_with('-') ? INT64_MIN : INT64_MAX;
  return value;
}

std::optional<bool> read_truth(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kYes{"true", "1", "yes", "on", "y", "t"};
  static constexpr std::array<std::string_view, 6> kNo{"false", "0", "no", "off", "n", "f"};
  const auto is_text = [&](std::string_view word) { return boost::beast::iequals(word, text); };
  if (std::ranges::any_of(kYes, is_text)) return true;
  if (std::ranges::any_of(kNo, is_text)) return false;
  return std::nullopt;
}

std::string key_of(std::string_view tenant, std::string_view lock_id) {
  std::string key = "rw/";
  for (const char c : tenant) {
    const bool stays = is_plain(c) && tenant != "_" && tenant != "." && tenant != "..";
    key += stays ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  if (tenant.empty()) key += '_';
  return key.append("/").append(lock_id);
}

service::Checked<Ask> read_ask(const http::Exchange& exchange, const Parameters& parameters) {
  const auto lock_id = name_in_path(exchange, 0);
  const auto process_id = name_in_path(exchange, 1);
  if (!lock_id || !process_id) return Fault{Code::not_found, "there is nothing at this path", ""};
  const auto query = http::Query::parse_known(
      exchange.query(), {"timeout", "timeout_seconds", "is_write_exclusive", "is_exclusive"});
  std::vector<std::string> faults;
  if (parameters.timeout_s != nullptr) read_timeout(query, *parameters.timeout_s, faults);
  if (parameters.is_write_exclusive != nullptr) read_exclusive(query, *parameters.is_write_exclusive, faults);
  const std::optional<std::string>& tenant = exchange.asked().user_id;
  if (!tenant) faults.push_back(wrong("header", "user-id", "field required", "value_error.missing"));
  if (!faults.empty()) return invalid("", fmt::format("[{}]", fmt::join(faults, ", ")));
  Ask ask{.lock_id = *lock_id, .process_id = *process_id, .key = key_of(*tenant, *lock_id)};
  if (const auto fault = service::check_key(ask.key, "lock_id")) return *fault;
  if (const auto fault = service::check_name(ask.process_id, lock::kMaxOwnerBytes, "process_id"))
    return *fault;
  return ask;
}

}  // namespace holdfast::api::rwlocks
