#include <algorithm>

#include "api/resp/handlers.h"
#include "api/resp/options.h"
#include "api/resp/version.h"
#include "lock/limits.h"

// What is between a client and its connection.

namespace holdfast::api::resp {
namespace {

void write_hello(ReplyWriter& out, const Session& session) {
  out.map(7);
  out.member("server", "holdfast");
  out.member("version", kSpokenVersion);
  out.member("proto", static_cast<std::int64_t>(session.protocol));
  out.member("id", static_cast<std::int64_t>(session.id));
  out.member("mode", "standalone");
  out.member("role", "master");
  out.text("modules");
  out.array(0);
}

}  // namespace

bool is_session_name(std::string_view name) {
  return name.size() <= lock::kMaxOwnerBytes &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
}

void handle_ping(Exchange& exchange) {
  const Arguments words = exchange.arguments();
  exchange.reply([&](ReplyWriter& out) { words.size() > 1 ? out.text(words[1]) : out.status("PONG"); });
}

void handle_echo(Exchange& exchange) {
  exchange.reply([&](ReplyWriter& out) { out.text(exchange.arguments()[1]); });
}

// There is no authentication yet: whoever connects may do everything, with a password as without.
void handle_auth(Exchange& exchange) {
  exchange.reply([](ReplyWriter& out) { out.status("OK"); });
}

// HELLO [2|3 [AUTH user password] [SETNAME name]]; all of it or nothing.
void handle_hello(Exchange& exchange) {
  Options in(exchange.arguments().subspan(1));
  Session& session = exchange.session();
  Protocol protocol = session.protocol;
  std::string name = session.name;
  if (!in.at_end()) {
    const std::string_view version = in.word("protover");
    if (version != "2" && version != "3") return exchange.refuse("NOPROTO unsupported protocol version");
    protocol = version == "3" ? Protocol::resp3 : Protocol::resp2;
  }
  while (!in.at_end()) {
    if (in.take("AUTH")) {
      in.word("user");
      in.word("password");
    } else if (in.take("SETNAME")) {
      name = in.word("SETNAME");
      if (!is_session_name(name)) in.fail("SETNAME", "a name has no blanks and no control characters");
    } else {
      break;
    }
  }
  if (in.finish()) return exchange.refuse("ERR Syntax error in HELLO");
  session.protocol = protocol;
  session.name = name;
  exchange.reply([&](ReplyWriter& out) { write_hello(out, session); });
}

void handle_select(Exchange& exchange) {
  if (exchange.arguments()[1] != "0") return exchange.refuse("ERR DB index is out of range");
  exchange.reply([](ReplyWriter& out) { out.status("OK"); });
}

void handle_quit(Exchange& exchange) {
  exchange.end_connection();
  exchange.reply([](ReplyWriter& out) { out.status("OK"); });
}

void handle_reset(Exchange& exchange) {
  exchange.session().protocol = Protocol::resp2;
  exchange.session().name.clear();
  exchange.reply([](ReplyWriter& out) { out.status("RESET"); });
}

}  // namespace holdfast::api::resp
