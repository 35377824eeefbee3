#include "cli/duration.h"

#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace holdfast::cli {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  double in_ms;
};

constexpr std::array kUnits = {Unit{"ms", 1},   Unit{"s", 1e3},    Unit{"", 1e3},
                               Unit{"m", 60e3}, Unit{"h", 3600e3}, Unit{"d", 86400e3}};
constexpr double kLongestMs = 10'000 * 86400e3;

Error malformed(std::string_view text) {
  return Error{std::make_error_code(std::errc::invalid_argument),
               fmt::format("'{}' is not a duration like 500ms, 30s, 5m, 2h or 30 (seconds)", text)};
}

}  // namespace

Result<milliseconds> parse_duration(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(number) || std::signbit(number)) return malformed(text);
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& unit : kUnits) {
    if (unit.name != name) continue;
    const double value = number * unit.in_ms;
    if (value > kLongestMs) return malformed(text);
    return milliseconds(std::llround(value));
  }
  return malformed(text);
}

Result<milliseconds> parse_duration_or_none(std::string_view text) {
  if (text == "-1" || text == "none") return milliseconds(-1);
  return parse_duration(text);
}

std::string format_duration(milliseconds duration) {
  const long long ms = std::max<long long>(duration.count(), 0);
  if (ms < 1000) return fmt::format("{}ms", ms);
  const long long s = ms / 1000;
  if (s < 60) return fmt::format("{}s", s);
  const auto two = [](long long big, const char* big_unit, long long small, const char* small_unit) {
    return small == 0 ? fmt::format("{}{}", big, big_unit)
                      : fmt::format("{}{}{}{}", big, big_unit, small, small_unit);
  };
  if (s < 3600) return two(s / 60, "m", s % 60, "s");
  if (s < 86400) return two(s / 3600, "h", s / 60 % 60, "m");
  return two(s / 86400, "d", s / 3600 % 24, "h");
}

}  // namespace holdfast::cli
