#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace holdfast::cli::bench {

// One value of a RESP2 reply; `text` lies in the bytes it was read from.
struct Value {
  enum class Kind { text, error, integer, nil };
  Kind kind = Kind::nil;
  std::string_view text;  // of a text (a simple or a bulk string) and of an error
  std::int64_t integer = 0;
};

// A whole reply: one value, or the elements of an array. Arrays in arrays do not occur in what a load asks.
struct Reply {
  bool is_array = false;
  std::vector<Value> values;
  std::size_t bytes = 0;

  const Value& first() const { return values.front(); }
  bool is_error() const { return !is_array && first().kind == Value::Kind::error; }
  // The first word of an error: HELD, GONE, …
  std::string_view error_word() const { return first().text.substr(0, first().text.find(' ')); }
};

enum class Reading { whole, partial, broken };

// Reads the reply that `bytes` begin with. `reply` is used again and again, so that nothing is allocated for
// each; it means something after `whole` only. `broken`: this is not RESP2, or larger than any reply asked
// for.
Reading read_reply(std::string_view bytes, Reply& reply);

}  // namespace holdfast::cli::bench
