#include "api/resp/request_parser.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "api/resp/inline_words.h"

namespace holdfast::api::resp {
namespace {

// Of the line that tells a count or a size.
constexpr std::size_t kMaxNumberBytes = 24;

// What is kept of the memory that a command needed.
constexpr std::size_t kKeptWords = 64;
constexpr std::size_t kKeptUnquoted = 1'024;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool can_begin_line(char c) {
  return is_blank(c) || (c > ' ' && c <= '~');
}

}  // namespace

RequestParser::Outcome RequestParser::next(std::string_view input) {
  consumed_ = 0;
  if (arguments_.capacity() > kKeptWords) arguments_ = {};
  if (unquoted_.capacity() > kKeptUnquoted) unquoted_ = {};
  while (consumed_ < input.size()) {
    const Outcome outcome = take(input.substr(consumed_));
    if (outcome != Outcome::command) return outcome;
    consumed_ += at_;
    begin_again();
    if (!arguments_.empty()) return Outcome::command;
  }
  return Outcome::need_more;
}

RequestParser::Outcome RequestParser::take(std::string_view in) {
  if (in.front() == '*') return take_array(in);
  if (!can_begin_line(in.front())) return fail("this is neither a command nor an array of its words");
  return take_line(in);
}

RequestParser::Outcome RequestParser::take_array(std::string_view in) {
  if (expected_ < 0) {
    if (at_ == 0) at_ = 1;
    std::int64_t count = 0;
    if (const Outcome outcome = take_number(in, count); outcome != Outcome::command) return outcome;
    if (count > static_cast<std::int64_t>(kMaxArguments)) {
      return fail(fmt::format("invalid multibulk length: a command has at most {} words", kMaxArguments));
    }
    expected_ = std::max<std::int64_t>(0, count);
  }
  return take_pieces(in);
}

RequestParser::Outcome RequestParser::take_pieces(std::string_view in) {
  while (static_cast<std::int64_t>(pieces_.size()) < expected_) {
    if (const Outcome outcome = take_bulk(in); outcome != Outcome::command) return outcome;
  }
  arguments_.clear();
  for (const Piece& piece : pieces_) arguments_.push_back(in.substr(piece.begin, piece.size));
  return Outcome::command;
}

RequestParser::Outcome RequestParser::take_bulk(std::string_view in) {
  if (bulk_size_ < 0) {
    if (at_ == in.size()) return Outcome::need_more;
    if (in[at_] != '$') return fail("expected '$' and the size of a word");
    ++at_;
    std::int64_t size = 0;
    const Outcome outcome = take_number(in, size);
    if (outcome != Outcome::command) {
      --at_;
      return outcome;
    }
    if (size < 0 || static_cast<std::size_t>(size) > kMaxCommandBytes ||
        at_ + static_cast<std::size_t>(size) > kMaxCommandBytes) {
      return fail(fmt::format("invalid bulk length: a command has at most {} bytes", kMaxCommandBytes));
    }
    bulk_size_ = size;
  }
  const auto size = static_cast<std::size_t>(bulk_size_);
  if (in.size() - at_ < size + 2) return Outcome::need_more;
  if (in.substr(at_ + size, 2) != "\r\n") return fail("a word does not end where its size says");
  pieces_.push_back({static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(size)});
  at_ += size + 2;
  bulk_size_ = -1;
  return Outcome::command;
}

// A decimal number up to the end of its line; then at_ stands behind that.
RequestParser::Outcome RequestParser::take_number(std::string_view in, std::int64_t& number) {
  const std::string_view rest = in.substr(at_, kMaxNumberBytes);
  const std::size_t end = rest.find('\n');
  if (end == rest.npos) {
    return rest.size() < kMaxNumberBytes ? Outcome::need_more
                                         : fail("invalid length: the number is too long");
  }
  const char* const digits = rest.data();
  const auto [stop, error] = std::from_chars(digits, digits + end, number);
  if (error != std::errc() || end == 0 || stop != digits + end - 1 || *stop != '\r') {
    return fail("invalid length: this is not a number");
  }
  at_ += end + 1;
  return Outcome::command;
}

RequestParser::Outcome RequestParser::take_line(std::string_view in) {
  const std::size_t end = in.find('\n', at_);
  if (std::min(end, in.size()) > kMaxInlineBytes) {
    return fail(fmt::format("too big inline request: a line has at most {} bytes", kMaxInlineBytes));
  }
  if (end == in.npos) {
    at_ = in.size();
    return Outcome::need_more;
  }
  at_ = end + 1;
  std::string_view line = in.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return split(line);
}

RequestParser::Outcome RequestParser::split(std::string_view line) {
  if (!split_words(line, unquoted_, arguments_)) return fail("unbalanced quotes in request");
  if (arguments_.size() > kMaxArguments) {
    return fail(fmt::format("too many words: a command has at most {}", kMaxArguments));
  }
  // A web page may make a browser send anything here, but not without such a line first.
  if (arguments_.size() == 3 && arguments_.back().starts_with("HTTP/")) {
    return fail("this is HTTP: this port speaks the Redis protocol");
  }
  return Outcome::command;
}

void RequestParser::begin_again() {
  at_ = 0;
  expected_ = -1;
  bulk_size_ = -1;
  pieces_.clear();
  if (pieces_.capacity() > kKeptWords) pieces_.shrink_to_fit();
}

RequestParser::Outcome RequestParser::fail(std::string fault) {
  fault_ = std::move(fault);
  return Outcome::broken;
}

}  // namespace holdfast::api::resp
