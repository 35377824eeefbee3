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
      {"LEASE", -2, handle_lease, ordinary, kWrite | kFast, 0, 0, 0, "ttl_ms [OWNER o] [REQUEST id]",
       "Opens a lease that several acquires can share"},
      {"CANCEL", 2, handle_cancel, ordinary, kWrite | kFast | kSpared, 0, 0, 0, "request_id",
       "Withdraws a waiting acquire"},
      {"BREAK", -6, handle_break, ordinary, kWrite | kFast, 1, 1, 1,
       "key LEASE id | TOKEN n | WAITER n [NOW] REASON text [OWNER o] [REQUEST id]",
       "Ends what somebody else has of a key"},
      {"LOCKINFO", 2, handle_lockinfo, alone, kReadOnly | kFast, 1, 1, 1, "key", "Shows a lock"},
      {"LOCKS", -1, handle_locks, alone, kReadOnly, 0, 0, 0, "[PREFIX p] [OWNER o] [COUNT n] [CURSOR c]",
       "Lists locks in the order of their keys"},
      {"FENCE", 3, handle_fence, alone, kReadOnly | kFast, 1, 1, 1, "key token",
       "Tells whether a token is that of a present hold"},
      {"PING", -1, handle_ping, alone, kFast | kConnection, 0, 0, 0, "[message]",
       "Answers PONG, or the message"},
      {"ECHO", 2, handle_echo, alone, kFast | kConnection, 0, 0, 0, "message", "Answers the message"},
      {"AUTH", -2, handle_auth, alone, kFast | kConnection, 0, 0, 0, "[user] password",
       "Says who the client is"},
      {"HELLO", -1, handle_hello, alone, kFast | kConnection, 0, 0, 0,
       "[2|3 [AUTH user password] [SETNAME name]]", "Chooses the version of the protocol"},
      {"SELECT", 2, handle_select, alone, kFast | kConnection, 0, 0, 0, "0", "There is one database"},
      {"CLIENT", -2, handle_client, alone, kFast | kConnection, 0, 0, 0,
       "ID | INFO | LIST | GETNAME | SETNAME name | SETINFO LIB-NAME|LIB-VER text | NO-EVICT on|off | "
       "NO-TOUCH on|off",
       "Says and tells what is known of the connection"},
      {"COMMAND", -1, handle_command, alone, kFast | kConnection, 0, 0, 0,
       "[COUNT | LIST | INFO [name ...] | DOCS [name ...]]", "Tells of the commands"},
      {"INFO", -1, handle_info, alone, kFast | kConnection, 0, 0, 0, "[section ...]", "Tells of the server"},
      {"CONFIG", -3, handle_config, alone, kFast | kConnection, 0, 0, 0, "GET name [name ...]",
       "Tells what tools of Redis look at"},
      {"QUIT", -1, handle_quit, alone, kFast | kConnection, 0, 0, 0, "", "Ends the connection"},
      {"RESET", 1, handle_reset, alone, kFast | kConnection, 0, 0, 0, "",
       "Makes the connection like a new one"},
  };
  return kCommands;
}

}  // namespace holdfast::api::resp
