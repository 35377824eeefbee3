#include "api/dialects/keys/commands.h"

#include "api/dialects/holder.h"
#include "api/resp/exchange.h"
#include "lock/state.h"

namespace holdfast::api::keys {
namespace {

// A hash of three fields, as the original keeps one for each key; none of a key that nobody holds.
void handle_hgetall(resp::Exchange& exchange) {
  const lock::State& state = exchange.backend().keeper.state();
  const lock::Hold* const hold = holder_of(state, exchange.arguments()[1]);
  exchange.reply_when_durable([&](resp::ReplyWriter& out) {
    if (hold == nullptr) return out.map(0);
    const lock::Lease& lease = state.leases()[hold->lease];
    out.map(3);
    out.member("locked", "true");
    out.member("holder", name_shown(lease, lock::Dialect::keys, exchange.caller().principal));
    out.member("version", fmt::to_string(hold->token.value));
  });
}

}  // namespace

std::span<const resp::Command> commands() {
  static constexpr resp::Command kCommands[] = {
      {"HGETALL", 2, handle_hgetall, resp::Order::alone, resp::kReadOnly | resp::kFast, 1, 1, 1, "key",
       "Whether the key is held, by whom, and its fencing token"},
  };
  return kCommands;
}

}  // namespace holdfast::api::keys
