#include "api/http/json_writer.h"

#include <charconv>

#include "service/wall_text.h"

namespace holdfast::api::http {
namespace {

template <class Number>
void append_number(std::string& out, Number value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

bool is_plain(unsigned char c) {
  return c >= 0x20 && c != '"' && c != '\\';
}

}  // namespace

void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

void JsonWriter::begin_object() {
  separate();
  out_ += '{';
  needs_comma_ = false;
}

void JsonWriter::begin_array() {
  separate();
  out_ += '[';
  needs_comma_ = false;
}

void JsonWriter::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
}

void JsonWriter::key(std::string_view name) {
  text(name);
  out_ += ':';
  needs_comma_ = false;
}

void JsonWriter::text(std::string_view value) {
  separate();
  out_ += '"';
  std::size_t plain = 0;  // where the part begins that needs no escape
  for (std::size_t at = 0; at < value.size(); ++at) {
    const auto c = static_cast<unsigned char>(value[at]);
    if (is_plain(c)) continue;
    out_.append(value, plain, at - plain);
    escape(c);
    plain = at + 1;
  }
  out_.append(value, plain);
  out_ += '"';
}

void JsonWriter::escape(unsigned char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out_ += "\\\"";
      return;
    case '\\':
      out_ += "\\\\";
      return;
    case '\n':
      out_ += "\\n";
      return;
    case '\t':
      out_ += "\\t";
      return;
    case '\r':
      out_ += "\\r";
      return;
    default:
      out_ += "\\u00", out_ += kHex[c >> 4], out_ += kHex[c & 15];
  }
}

void JsonWriter::number(std::uint64_t value) {
  separate();
  append_number(out_, value);
}

void JsonWriter::signed_number(std::int64_t value) {
  separate();
  append_number(out_, value);
}

void JsonWriter::boolean(bool value) {
  raw(value ? "true" : "false");
}

void JsonWriter::null() {
  raw("null");
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

void JsonWriter::member(std::string_view name, std::optional<lock::Millis> value) {
  if (value) return member(name, *value);
  key(name);
  null();
}

void JsonWriter::member(std::string_view name, lock::WallTime value) {
  key(name);
  separate();
  out_ += '"';
  service::append_rfc3339(out_, value);
  out_ += '"';
}

}  // namespace holdfast::api::http
