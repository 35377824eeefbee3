#include "api/dialects/redlock/commands.h"

namespace holdfast::api::redlock {

std::span<const resp::Command> commands() {
  using enum resp::Order;
  using namespace resp;
  static constexpr Command kCommands[] = {
      {"SET", -3, handle_set, ordinary, kWrite | kFast, 1, 1, 1, "key value [NX] [PX ms|EX s]",
       "Takes the key, or extends a hold of the same value"},
      {"GET", 2, handle_get, alone, kReadOnly | kFast, 1, 1, 1, "key",
       "The value under which the key is held"},
      {"EXISTS", -2, handle_exists, alone, kReadOnly | kFast, 1, -1, 1, "key [key ...]",
       "How many of the keys are held"},
      {"TTL", 2, handle_ttl, alone, kReadOnly | kFast, 1, 1, 1, "key",
       "For how many seconds the key is held"},
      {"PTTL", 2, handle_pttl, alone, kReadOnly | kFast, 1, 1, 1, "key",
       "For how many milliseconds the key is held"},
      {"DEL", 2, handle_del, urgent, kWrite | kFast | kSpared, 1, 1, 1, "key", "Gives the key back"},
      {"UNLINK", 2, handle_del, urgent, kWrite | kFast | kSpared, 1, 1, 1, "key", "The same as DEL"},
      {"EXPIRE", 3, handle_expire, urgent, kWrite | kFast | kSpared, 1, 1, 1, "key seconds",
       "Lets the hold of the key begin anew"},
      {"PEXPIRE", 3, handle_pexpire, urgent, kWrite | kFast | kSpared, 1, 1, 1, "key ms",
       "Lets the hold of the key begin anew"},
  };
  return kCommands;
}

}  // namespace holdfast::api::redlock
