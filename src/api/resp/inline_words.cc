#include "api/resp/inline_words.h"

#include <charconv>

namespace holdfast::api::resp {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

class Splitter {
 public:
  Splitter(std::string_view line, std::string& unquoted) : line_(line), unquoted_(unquoted) {}

  bool at_end() {
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
    return at_ == line_.size();
  }

  std::optional<std::string_view> word() {
    const std::size_t begin = at_;
    while (at_ < line_.size() && !is_blank(line_[at_]) && line_[at_] != '"' && line_[at_] != '\'') ++at_;
    if (at_ == line_.size() || is_blank(line_[at_])) return line_.substr(begin, at_ - begin);
    const std::size_t unquoted_begin = unquoted_.size();
    unquoted_.append(line_.substr(begin, at_ - begin));
    if (!quoted()) return std::nullopt;
    return std::string_view(unquoted_).substr(unquoted_begin);
  }

 private:
  bool quoted() {
    const char quote = line_[at_++];
    while (at_ < line_.size() && line_[at_] != quote) quote == '"' ? escaped() : literal();
    if (at_ == line_.size()) return false;
    ++at_;
    return at_ == line_.size() || is_blank(line_[at_]);
  }

  void literal() {
    if (line_.substr(at_).starts_with("\\'")) ++at_;
    unquoted_ += line_[at_++];
  }

  void escaped() {
    const char c = line_[at_++];
    if (c != '\\' || at_ == line_.size()) {
      unquoted_ += c;
      return;
    }
    const char what = line_[at_++];
    unsigned char byte = 0;
    const char* const digits = line_.data() + at_;
    if (what == 'x' && line_.size() - at_ >= 2 &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      at_ += 2;
      unquoted_ += static_cast<char>(byte);
      return;
    }
    static constexpr std::string_view kNames = "nrtba";
    static constexpr std::string_view kMeanings = "\n\r\t\b\a";
    const std::size_t index = kNames.find(what);
    unquoted_ += index == kNames.npos ? what : kMeanings[index];
  }

  std::string_view line_;
  std::string& unquoted_;
  std::size_t at_ = 0;
};

}  // namespace

bool split_words(std::string_view line, std::string& unquoted, std::vector<std::string_view>& words) {
  words.clear();
  unquoted.clear();
  // What is taken out is never longer, so that views of it stay.
  if (line.find_first_of("\"'") != line.npos) unquoted.reserve(line.size());
  Splitter splitter(line, unquoted);
  while (!splitter.at_end()) {
    const auto word = splitter.word();
    if (!word) return false;
    words.push_back(*word);
  }
  return true;
}

}  // namespace holdfast::api::resp
