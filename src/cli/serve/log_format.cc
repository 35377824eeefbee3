#include "cli/serve/log_format.h"

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "api/http/json_writer.h"
#include "base/log_scope.h"
#include "lock/key.h"
#include "service/wall_text.h"

namespace holdfast::cli {
namespace {

std::string_view view(spdlog::string_view_t text) {
  return {text.data(), text.size()};
}

lock::WallTime time_of(const spdlog::details::log_msg& message) {
  return std::chrono::time_point_cast<lock::Millis>(message.time);
}

// The length of the character that begins here; 0 where there is none.
std::size_t character(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size) {
    if (lock::is_utf8(text.substr(0, size))) return size;
  }
  return 0;
}

// Controls of both sets, and the two separators that some programs end lines at.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  if (character.size() == 2) return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
  return character == "\u2028" || character == "\u2029";
}

// `other(bytes)` writes what is no character, or a control when `controls` are no plain text either.
template <class Other>
void append_plain(std::string& out, std::string_view text, bool controls, Other other) {
  while (!text.empty()) {
    const std::size_t size = character(text);
    const std::string_view next = text.substr(0, size == 0 ? 1 : size);
    if (size == 0 || (controls && is_control(next))) {
      other(next);
    } else {
      out += next;
    }
    text.remove_prefix(next.size());
  }
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  append_plain(out, text, false, [&](std::string_view) { out += "\ufffd"; });
  return out;
}

// Whole numbers without a point.
std::string number_text(double value) {
  return value == std::floor(value) ? fmt::format("{:.0f}", value) : fmt::format("{:.3f}", value);
}

class JsonFields final : public LogFields {
 public:
  explicit JsonFields(api::http::JsonWriter& out) : out_(out) {}

  void text(std::string_view name, std::string_view value) override { out_.member(name, valid_utf8(value)); }
  void number(std::string_view name, double value) override {
    out_.key(name);
    out_.raw(number_text(value));
  }

 private:
  api::http::JsonWriter& out_;
};

class TextFields final : public LogFields {
 public:
  explicit TextFields(std::string& out) : out_(out) {}

  void text(std::string_view name, std::string_view value) override {
    out_.append(" ").append(name).append("=");
    const std::string shown = printable(value);
    if (shown == value && value.find_first_of(" \"=") == value.npos && !value.empty()) {
      out_ += shown;
      return;
    }
    out_ += '"';
    for (const char c : shown) {
      if (c == '"') out_ += '\\';
      out_ += c;
    }
    out_ += '"';
  }
  void number(std::string_view name, double value) override {
    out_.append(" ").append(name).append("=").append(number_text(value));
  }

 private:
  std::string& out_;
};

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    std::string line;
    api::http::JsonWriter json(line);
    json.begin_object();
    json.member("at", time_of(message));
    json.member("level", view(spdlog::level::to_string_view(message.level)));
    json.member("text", valid_utf8(view(message.payload)));
    JsonFields fields(json);
    LogScope::describe(fields);
    json.end_object();
    line += '\n';
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

class TextFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    std::string line;
    service::append_rfc3339(line, time_of(message));
    line.append(" ").append(view(spdlog::level::to_string_view(message.level))).append(": ");
    line += printable(view(message.payload));
    TextFields fields(line);
    LogScope::describe(fields);
    line += '\n';
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<formatter> clone() const override { return std::make_unique<TextFormatter>(); }
};

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  append_plain(out, text, true, [&](std::string_view bytes) {
    for (const char byte : bytes) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(byte));
    }
  });
  return out;
}

std::unique_ptr<spdlog::formatter> json_log_format() {
  return std::make_unique<JsonFormatter>();
}

std::unique_ptr<spdlog::formatter> text_log_format() {
  return std::make_unique<TextFormatter>();
}

}  // namespace holdfast::cli
