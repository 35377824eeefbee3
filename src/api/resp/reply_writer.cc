#include "api/resp/reply_writer.h"

#include <charconv>

namespace holdfast::api::resp {

void ReplyWriter::line(char kind, std::string_view text) {
  out_ += kind;
  for (const char c : text) out_ += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  out_ += "\r\n";
}

void ReplyWriter::number(char kind, std::int64_t value) {
  char buffer[24];
  buffer[0] = kind;
  char* end = std::to_chars(buffer + 1, buffer + sizeof buffer - 2, value).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out_.append(buffer, end);
}

void ReplyWriter::text(std::string_view bytes) {
  number('$', static_cast<std::int64_t>(bytes.size()));
  out_.append(bytes).append("\r\n");
}

void ReplyWriter::null() {
  out_ += protocol_ == Protocol::resp3 ? "_\r\n" : "$-1\r\n";
}

void ReplyWriter::truth(bool value) {
  if (protocol_ == Protocol::resp2) return integer(value ? 1 : 0);
  out_ += value ? "#t\r\n" : "#f\r\n";
}

void ReplyWriter::map(std::size_t size) {
  if (protocol_ == Protocol::resp2) return array(2 * size);
  number('%', static_cast<std::int64_t>(size));
}

void ReplyWriter::member(std::string_view name, std::string_view value) {
  text(name);
  text(value);
}

void ReplyWriter::member(std::string_view name, std::int64_t value) {
  text(name);
  integer(value);
}

void ReplyWriter::member(std::string_view name, std::optional<lock::Millis> value) {
  text(name);
  value ? integer(value->count()) : null();
}

void ReplyWriter::member_or_null(std::string_view name, std::string_view value) {
  text(name);
  value.empty() ? null() : text(value);
}

void ReplyWriter::member_or_null(std::string_view name, std::int64_t value) {
  text(name);
  value == 0 ? null() : integer(value);
}

}  // namespace holdfast::api::resp
