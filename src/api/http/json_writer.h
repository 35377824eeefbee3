#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/strong_id.h"
#include "lock/types.h"

namespace holdfast::api::http {

// Writes JSON straight into a text that the caller owns, without building a value first: replies are written
// once and never read. The caller opens and closes in the right order. Texts are escaped and must be UTF-8.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object();
  void end_object() { close('}'); }
  void begin_array();
  void end_array() { close(']'); }
  void key(std::string_view name);

  void text(std::string_view value);
  void number(std::uint64_t value);
  void signed_number(std::int64_t value);
  void boolean(bool value);
  void null();
  void raw(std::string_view json);  // a value that is JSON already

  std::size_t size() const { return out_.size(); }

  // A member with its value.
  void member(std::string_view name, std::string_view value) { key(name), text(value); }
  void member(std::string_view name, const char* value) { key(name), text(value); }
  template <std::unsigned_integral Number>
  void member(std::string_view name, Number value) {
    key(name);
    if constexpr (std::same_as<Number, bool>) {
      boolean(value);
    } else {
      number(value);
    }
  }
  void member(std::string_view name, lock::Millis value) { key(name), signed_number(value.count()); }
  void member(std::string_view name, std::optional<lock::Millis> value);
  void member(std::string_view name, lock::WallTime value);
  template <class Tag>
  void member(std::string_view name, StrongId<Tag> value) {
    member(name, value.value);
  }

 private:
  void separate();
  void close(char bracket);
  void escape(unsigned char c);

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace holdfast::api::http
