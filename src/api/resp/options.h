#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/resp/request_parser.h"
#include "service/fault.h"

namespace holdfast::api::resp {

// Whether two words are the same but for capitals.
bool same_word(std::string_view a, std::string_view b);

// Takes the words of a command from the front: keys, then options by name. The first thing that is wrong is
// kept; finish() tells it, or names a word that nobody asked for.
class Options {
 public:
  // `words` are those behind the command's name.
  explicit Options(Arguments words) : words_(words) {}

  // The next word, which `name` calls in faults.
  std::string_view word(std::string_view name);
  std::int64_t integer(std::string_view name);
  // In milliseconds, of a number that counts units of so many.
  std::int64_t duration(std::string_view name, std::int64_t unit_ms);

  // `KEYS n key …`, or all words up to the first that names an option.
  std::vector<std::string_view> keys(std::span<const std::string_view> options);

  // Whether the next word is this option; then it is taken.
  bool take(std::string_view option);
  bool at_end() const { return fault_ || words_.empty(); }

  void fail(std::string_view field, std::string detail);
  // Names what is left over.
  std::optional<service::Fault> finish();

 private:
  Arguments words_;
  std::optional<service::Fault> fault_;
};

}  // namespace holdfast::api::resp
