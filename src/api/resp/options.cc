#include "api/resp/options.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "service/rules.h"

namespace holdfast::api::resp {
namespace {

// What is shown of a word that is not understood.
constexpr std::size_t kShownBytes = 64;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view Options::word(std::string_view name) {
  if (words_.empty()) {
    fail(name, fmt::format("{} is missing", name));
    return {};
  }
  const std::string_view word = words_.front();
  words_ = words_.subspan(1);
  return word;
}

std::int64_t Options::integer(std::string_view name) {
  const std::string_view text = word(name);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    fail(name, fmt::format("{} must be a whole number", name));
  }
  return value;
}

std::int64_t Options::duration(std::string_view name, std::int64_t unit_ms) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(integer(name), unit_ms, &product))
    fail(name, "this is longer than anything lasts");
  return product;
}

std::vector<std::string_view> Options::keys(std::span<const std::string_view> options) {
  std::vector<std::string_view> keys;
  if (take("KEYS")) {
    const std::int64_t count = integer("KEYS");
    if (!fault_ && (count < 1 || count > static_cast<std::int64_t>(words_.size()))) {
      fail("KEYS", "KEYS is followed by the number of keys, and by as many keys");
    }
    if (fault_) return keys;
    const auto some = words_.first(static_cast<std::size_t>(count));
    keys.assign(some.begin(), some.end());
    words_ = words_.subspan(some.size());
    return keys;
  }
  const auto names_option = [&](std::string_view word) {
    return std::ranges::any_of(options, [&](std::string_view option) { return same_word(word, option); });
  };
  while (!words_.empty() && !names_option(words_.front())) keys.push_back(word("key"));
  return keys;
}

bool Options::take(std::string_view option) {
  if (words_.empty() || !same_word(words_.front(), option)) return false;
  words_ = words_.subspan(1);
  return true;
}

void Options::fail(std::string_view field, std::string detail) {
  if (!fault_) fault_ = service::invalid(field, std::move(detail));
}

std::optional<service::Fault> Options::finish() {
  if (!words_.empty()) {
    fail("", fmt::format("'{}' is no option here", words_.front().substr(0, kShownBytes)));
  }
  return fault_;
}

}  // namespace holdfast::api::resp
