#include <string>
#include <vector>

#include "api/resp/request_parser.h"
#include "input.h"
#include "target.h"

namespace {

using namespace holdfast;
using api::resp::RequestParser;

struct Read {
  std::vector<std::vector<std::string>> commands;
  std::string fault;  // empty: more could follow
  friend bool operator==(const Read&, const Read&) = default;
};

void check_bounds(const RequestParser& parser) {
  std::size_t bytes = 0;
  for (const std::string_view word : parser.arguments()) bytes += word.size();
  HOLDFAST_ASSERT(!parser.arguments().empty() && parser.arguments().size() <= api::resp::kMaxArguments);
  HOLDFAST_ASSERT(bytes <= api::resp::kMaxCommandBytes);
}

// As a connection does that gets `step` bytes at a time.
Read read(std::string_view text, std::size_t step) {
  Read read;
  RequestParser parser;
  std::string received;
  while (!text.empty()) {
    received += text.substr(0, step);
    text.remove_prefix(std::min(step, text.size()));
    auto outcome = RequestParser::Outcome::command;
    while (outcome == RequestParser::Outcome::command) {
      outcome = parser.next(received);
      if (outcome == RequestParser::Outcome::broken) {
        read.fault = parser.fault();
        return read;
      }
      if (outcome == RequestParser::Outcome::command) {
        check_bounds(parser);
        read.commands.emplace_back(parser.arguments().begin(), parser.arguments().end());
      }
      HOLDFAST_ASSERT(parser.consumed() <= received.size());
      received.erase(0, parser.consumed());
    }
  }
  return read;
}

}  // namespace

// The first byte is the size of the pieces.
HOLDFAST_FUZZ_TARGET(resp_request) {
  fuzz::Input choices(input);
  const std::size_t step = 1 + choices.up_to(63);
  const std::string_view text = as_text(choices.rest());
  HOLDFAST_ASSERT(read(text, step) == read(text, text.size()));
}
