#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lock/types.h"

namespace holdfast::api::resp {

enum class Protocol : std::uint8_t { resp2 = 2, resp3 = 3 };

// Appends one reply to an output. What only RESP3 has (maps, null) RESP2 gets as Redis gives it: a map is an
// array of keys and values, null is a bulk string without size.
class ReplyWriter {
 public:
  ReplyWriter(std::string& out, Protocol protocol) : out_(out), protocol_(protocol) {}

  // Both are one line: control characters become blanks.
  void status(std::string_view text) { line('+', text); }
  void error(std::string_view text) { line('-', text); }

  void integer(std::int64_t value) { number(':', value); }
  void text(std::string_view bytes);
  void null();
  void truth(bool value);  // 1 or 0 in RESP2

  // The elements follow; of a map, a key and a value for each.
  void array(std::size_t size) { number('*', static_cast<std::int64_t>(size)); }
  void map(std::size_t size);

  void raw(std::string_view replies) { out_.append(replies); }  // that another writer made

  // --- members of a map ---

  void member(std::string_view name, std::string_view value);
  void member(std::string_view name, std::int64_t value);
  void member(std::string_view name, std::optional<lock::Millis> value);
  void member_or_null(std::string_view name, std::string_view value);  // null when it is empty
  void member_or_null(std::string_view name, std::int64_t value);      // null when it is 0
  template <class Tag>
  void member(std::string_view name, StrongId<Tag> value) {
    member(name, static_cast<std::int64_t>(value.value));
  }

 private:
  void line(char kind, std::string_view text);
  void number(char kind, std::int64_t value);

  std::string& out_;
  Protocol protocol_;
};

}  // namespace holdfast::api::resp
