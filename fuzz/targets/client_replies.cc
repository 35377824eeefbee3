#include <string>
#include <vector>

#include "client/event_reader.h"
#include "client/json_codec.h"
#include "input.h"
#include "target.h"

namespace {

using namespace holdfast;
using namespace client;

struct Told {
  std::vector<std::pair<std::string, std::string>> messages;
  std::string last_id;
  friend bool operator==(const Told&, const Told&) = default;
};

Told read_events(std::string_view stream, std::size_t step) {
  Told told;
  EventReader reader([&](const EventReader::Message& message) {
    told.messages.emplace_back(message.kind, message.data);
    return true;
  });
  while (!stream.empty()) {
    HOLDFAST_ASSERT(reader.feed(stream.substr(0, step)));
    stream.remove_prefix(std::min(step, stream.size()));
  }
  told.last_id = reader.last_id();
  return told;
}

void check_replies(std::string_view body) {
  const auto grant = decode<AcquireReply>(body);
  if (grant) HOLDFAST_ASSERT(!grant->lease.handle.empty() && grant->json == body);
  (void)decode<RenewReply>(body);
  const Problem problem = decode_problem(409, body);
  HOLDFAST_ASSERT(problem.status == 409 && !problem.text().empty());
  // What cannot be read changes nothing.
  HOLDFAST_ASSERT(!grant || decode<AcquireReply>(with_renewed_lease(body, "{")).has_value());
}

}  // namespace

// The first byte is the size of the pieces of a stream.
HOLDFAST_FUZZ_TARGET(client_replies) {
  fuzz::Input choices(input);
  const std::size_t step = 1 + choices.up_to(63);
  const std::string_view text = as_text(choices.rest());
  HOLDFAST_ASSERT(read_events(text, step) == read_events(text, text.size()));
  check_replies(text);
}
