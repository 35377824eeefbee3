#include "service/rules.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "lock/key.h"
#include "lock/limits.h"

namespace holdfast::service {
namespace {

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

Fault invalid(std::string_view field, std::string detail) {
  return Fault{Code::invalid_argument, std::move(detail), std::string(field)};
}

MaybeFault check_key(std::string_view key, std::string_view field) {
  const auto fault = lock::key_fault(key);
  if (!fault) return std::nullopt;
  return invalid(field, fmt::format("the key {}", *fault));
}

MaybeFault check_distinct(const std::vector<std::string_view>& keys,
                          const std::vector<std::string_view>& fields) {
  if (keys.size() < 2) return std::nullopt;
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  const auto same = [&](std::size_t a, std::size_t b) { return keys[a] == keys[b]; };
  const auto twin = std::adjacent_find(order.begin(), order.end(), same);
  if (twin == order.end()) return std::nullopt;
  return invalid(fields[*(twin + 1)], fmt::format("the key '{}' is named twice", keys[*twin]));
}

MaybeFault check_ttl(std::int64_t ttl_ms) {
  if (ttl_ms == lock::kNoExpiry.count()) return std::nullopt;
  if (ttl_ms >= lock::kMinTtl.count() && ttl_ms <= lock::kMaxTtl.count()) return std::nullopt;
  return invalid("ttl_ms", fmt::format("a ttl is {} to {} ms, or -1 for no expiry", lock::kMinTtl.count(),
                                       lock::kMaxTtl.count()));
}

MaybeFault check_duration(std::int64_t value_ms, lock::Millis most, bool unlimited, std::string_view field) {
  if (unlimited && value_ms == -1) return std::nullopt;
  if (value_ms >= 0 && value_ms <= most.count()) return std::nullopt;
  return invalid(
      field, fmt::format("{} is 0 to {}{}", field, most.count(), unlimited ? ", or -1 for no limit" : ""));
}

MaybeFault check_text(std::string_view text, std::size_t most, std::string_view field) {
  if (text.size() <= most) return std::nullopt;
  return invalid(field, fmt::format("{} is longer than {} bytes", field, most));
}

MaybeFault check_name(std::string_view text, std::size_t most, std::string_view field) {
  if (has_control_character(text)) return invalid(field, fmt::format("{} has a control character", field));
  return check_text(text, most, field);
}

MaybeFault check_request_id(std::optional<std::string_view> request_id) {
  if (!request_id) return std::nullopt;
  if (request_id->empty()) return invalid("request_id", "request_id is empty");
  return check_name(*request_id, lock::kMaxRequestIdBytes, "request_id");
}

MaybeFault check_count(std::int64_t value, std::int64_t most, std::string_view field) {
  if (value >= 1 && value <= most) return std::nullopt;
  return invalid(field, fmt::format("{} is 1 to {}", field, most));
}

}  // namespace holdfast::service
