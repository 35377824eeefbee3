#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::api::resp {

// The words of one command, its name first.
using Arguments = std::span<const std::string_view>;

inline constexpr std::size_t kMaxArguments = 1'024;
inline constexpr std::size_t kMaxCommandBytes = 1 << 20;
inline constexpr std::size_t kMaxInlineBytes = 64 << 10;

// Takes commands from bytes as they come: RESP arrays of bulk strings, and lines of words as somebody types
// them. Nothing is copied, but for a line with quotes. It remembers how far it came, so a large command that
// arrives in small pieces is looked at once. Every bound is held before the bytes that would break it are
// waited for.
class RequestParser {
 public:
  enum class Outcome { command, need_more, broken };

  // `input` is all that was received and not dropped yet. After each call the caller drops consumed() bytes
  // from its front; after a command not before it is done with arguments(), or not at all when it wants the
  // same again. After `broken` nothing can be read any more.
  Outcome next(std::string_view input);

  std::size_t consumed() const { return consumed_; }
  // Views of `input`, or of the parser; never empty.
  Arguments arguments() const { return arguments_; }
  // What is wrong, for a person.
  const std::string& fault() const { return fault_; }

 private:
  struct Piece {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };

  Outcome take(std::string_view in);
  Outcome take_array(std::string_view in);
  Outcome take_pieces(std::string_view in);
  Outcome take_bulk(std::string_view in);
  Outcome take_line(std::string_view in);
  Outcome take_number(std::string_view in, std::int64_t& number);
  Outcome split(std::string_view line);
  void begin_again();
  Outcome fail(std::string fault);

  std::size_t consumed_ = 0;
  std::size_t at_ = 0;           // of the present command: how far it is understood
  std::int64_t expected_ = -1;   // words of an array; -1: not known yet
  std::int64_t bulk_size_ = -1;  // of the next word, likewise
  std::vector<Piece> pieces_;
  std::string unquoted_;
  std::vector<std::string_view> arguments_;
  std::string fault_;
};

}  // namespace holdfast::api::resp
