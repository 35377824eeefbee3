#include "api/resp/command.h"
#include "api/resp/handlers.h"

namespace holdfast::api::resp {

std::span<const Command> native_commands() {
  using enum Order;
  static constexpr Command kCommands[] = {
      {"ACQUIRE", -2, handle_acquire, ordinary, kWrite | kFast | kBlocking, 1, 1, 1,
       "key [key ...] | KEYS n key [key ...] [TTL ms] [WAIT ms] [SHARED|EXCLUSIVE] [GROUP g] [PERMITS n] "
       "[LIMIT n] "
       "[OWNER o] [LEASE handle] [REQUEST id] [REATTACH ms] [CLAIM ms] [REASON text] [RETURN]",
       "Takes all of the keys or none"},
      {"RENEW", -2, handle_renew, urgent, kWrite | kFast | kSpared, 0, 0, 0, "handle [ttl_ms]",
       "Lets a lease begin anew"},
      {"RELEASE", -2, handle_release, urgent, kWrite | kFast | kSpared, 0, 0, 0,
       "handle [KEEP ms] [REQUEST id] [key ...] | [KEYS n key [key ...]]",
       "Gives back keys of a lease, or all of it"},
      {"PING", -1, handle_ping, alone, kFast | kConnection, 0, 0, 0, "[message]",
       "Answers PONG, or the message"},
      {"ECHO", 2, handle_echo, alone, kFast | kConnection, 0, 0, 0, "message", "Answers the message"},
      {"AUTH", -2, handle_auth, alone, kFast | kConnection, 0, 0, 0, "[user] password",
       "Says who the client is"},
      {"HELLO", -1, handle_hello, alone, kFast | kConnection, 0, 0, 0,
       "[2|3 [AUTH user password] [SETNAME name]]", "Chooses the version of the protocol"},
      {"SELECT", 2, handle_select, alone, kFast | kConnection, 0, 0, 0, "0", "There is one database"},
      {"QUIT", -1, handle_quit, alone, kFast | kConnection, 0, 0, 0, "", "Ends the connection"},
      {"RESET", 1, handle_reset, alone, kFast | kConnection, 0, 0, 0, "",
       "Makes the connection like a new one"},
  };
  return kCommands;
}

}  // namespace holdfast::api::resp
