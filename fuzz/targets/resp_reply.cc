#include "cli/bench/resp_reply.h"

#include <string>

#include "target.h"

using namespace holdfast;
using namespace cli::bench;

namespace {

// Whether `part` lies in `whole`.
bool within(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

// A reply is whole at its last byte and not before, and says nothing but its own bytes.
HOLDFAST_FUZZ_TARGET(resp_reply) {
  const std::string_view bytes = as_text(input);
  Reply reply;
  if (read_reply(bytes, reply) != Reading::whole) return;
  HOLDFAST_ASSERT(reply.bytes > 0 && reply.bytes <= bytes.size());
  for (const Value& value : reply.values) HOLDFAST_ASSERT(within(value.text, bytes.substr(0, reply.bytes)));
  const std::size_t values = reply.values.size();
  HOLDFAST_ASSERT(reply.is_array || values == 1);
  HOLDFAST_ASSERT(read_reply(bytes.substr(0, reply.bytes), reply) == Reading::whole);
  HOLDFAST_ASSERT(reply.values.size() == values);
  HOLDFAST_ASSERT(read_reply(bytes.substr(0, reply.bytes - 1), reply) == Reading::partial);
}
