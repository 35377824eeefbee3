#include "http_reply.h"

#include <charconv>

namespace holdfast::load {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::size_t kStatusAt = 9;  // after "HTTP/1.1 "

bool same_letters(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] + ('a' - 'A')) : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

std::optional<std::size_t> content_length(std::string_view head) {
  constexpr std::string_view kName = "content-length:";
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    if (!same_letters(head.substr(at + 2, kName.size()), kName)) continue;
    std::size_t from = at + 2 + kName.size();
    while (from < head.size() && head[from] == ' ') ++from;
    std::size_t value = 0;
    std::from_chars(head.data() + from, head.data() + head.size(), value);
    return value;
  }
  return std::nullopt;
}

// Where the value of the first member of that name begins, or npos.
std::size_t value_of(std::string_view json, std::string_view name) {
  for (std::size_t at = json.find(name); at != std::string_view::npos; at = json.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if (at > 0 && json[at - 1] == '"' && json.substr(end, 2) == "\":") return end + 2;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<HttpReply> read_reply(std::string_view text) {
  const std::size_t head_end = text.find(kHeadEnd);
  if (head_end == std::string_view::npos) return std::nullopt;
  const auto length = content_length(text.substr(0, head_end + 2));
  HttpReply reply{.status = -1, .body = {}, .bytes = text.size()};
  if (!length) return reply;
  const std::size_t body_at = head_end + kHeadEnd.size();
  if (text.size() < body_at + *length) return std::nullopt;
  if (text.starts_with("HTTP/1.")) {
    std::from_chars(text.data() + kStatusAt, text.data() + head_end, reply.status);
  }
  reply.body = text.substr(body_at, *length);
  reply.bytes = body_at + *length;
  return reply;
}

std::optional<std::string_view> text_member(std::string_view json, std::string_view name) {
  const std::size_t at = value_of(json, name);
  if (at == std::string_view::npos || at >= json.size() || json[at] != '"') return std::nullopt;
  std::size_t end = at + 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  if (end >= json.size()) return std::nullopt;
  return json.substr(at + 1, end - at - 1);
}

std::optional<std::int64_t> number_member(std::string_view json, std::string_view name) {
  const std::size_t at = value_of(json, name);
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto read = std::from_chars(json.data() + at, json.data() + json.size(), value);
  if (read.ec != std::errc{}) return std::nullopt;
  return value;
}

std::string_view after_member(std::string_view json, std::string_view name) {
  const std::size_t at = value_of(json, name);
  return at == std::string_view::npos ? std::string_view() : json.substr(at);
}

}  // namespace holdfast::load
