#include "cli/bench/resp_reply.h"

#include <charconv>
#include <optional>

namespace holdfast::cli::bench {
namespace {

constexpr std::int64_t kMostElements = 4096;
constexpr std::int64_t kMostBytes = 16 << 20;
constexpr std::size_t kMostInLine = 64 << 10;

// Takes values from the front of some bytes; what it says last is why it stopped.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::size_t taken() const { return at_; }
  Reading reading() const { return reading_; }

  std::optional<std::string_view> line() {
    const std::size_t end = bytes_.find("\r\n", at_);
    if (end == std::string_view::npos)
      return stop(bytes_.size() - at_ > kMostInLine ? Reading::broken : Reading::partial);
    const std::string_view line = bytes_.substr(at_, end - at_);
    at_ = end + 2;
    if (line.empty()) return stop(Reading::broken);
    return line;
  }

  std::optional<std::int64_t> number(std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return stop(Reading::broken);
    return value;
  }

  bool value(Value& out) {
    const auto head = line();
    return head && value(*head, out);
  }

  // `head` is the value's first line.
  bool value(std::string_view head, Value& out) {
    const std::string_view rest = head.substr(1);
    switch (head.front()) {
      case '+':
        out = {Value::Kind::text, rest, 0};
        return true;
      case '-':
        out = {Value::Kind::error, rest, 0};
        return true;
      case ':':
        if (const auto integer = number(rest)) {
          out = {Value::Kind::integer, {}, *integer};
          return true;
        }
        return false;
      case '$':
        return bulk(rest, out);
      default:
        stop(Reading::broken);
        return false;
    }
  }

 private:
  bool bulk(std::string_view size_text, Value& out) {
    const auto size = number(size_text);
    if (!size) return false;
    if (*size == -1) {
      out = {Value::Kind::nil, {}, 0};
      return true;
    }
    if (*size < 0 || *size > kMostBytes) {
      stop(Reading::broken);
      return false;
    }
    const auto bytes = static_cast<std::size_t>(*size);
    if (bytes_.size() - at_ < bytes + 2) {
      stop(Reading::partial);
      return false;
    }
    if (bytes_.substr(at_ + bytes, 2) != "\r\n") {
      stop(Reading::broken);
      return false;
    }
    out = {Value::Kind::text, bytes_.substr(at_, bytes), 0};
    at_ += bytes + 2;
    return true;
  }

  std::nullopt_t stop(Reading why) {
    reading_ = why;
    return std::nullopt;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  Reading reading_ = Reading::whole;
};

Reading read_elements(Reader& reader, std::string_view size_text, Reply& reply) {
  const auto size = reader.number(size_text);
  if (!size || *size < -1 || *size > kMostElements) return Reading::broken;
  reply.is_array = *size >= 0;
  if (*size == -1) reply.values.emplace_back();
  for (std::int64_t i = 0; i < *size; ++i) {
    if (!reader.value(reply.values.emplace_back())) return reader.reading();
  }
  return Reading::whole;
}

}  // namespace

Reading read_reply(std::string_view bytes, Reply& reply) {
  reply.is_array = false;
  reply.values.clear();
  Reader reader(bytes);
  const auto head = reader.line();
  if (!head) return reader.reading();
  if (head->front() == '*') {
    if (const auto reading = read_elements(reader, head->substr(1), reply); reading != Reading::whole)
      return reading;
  } else if (!reader.value(*head, reply.values.emplace_back())) {
    return reader.reading();
  }
  reply.bytes = reader.taken();
  return Reading::whole;
}

}  // namespace holdfast::cli::bench
