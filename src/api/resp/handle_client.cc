#include <fmt/format.h>

#include "api/resp/handlers.h"
#include "api/resp/options.h"

// CLIENT: what a client says and asks about its own connection. It is shown no other one.

namespace holdfast::api::resp {
namespace {

constexpr std::size_t kMaxLibraryBytes = 64;

struct Subcommand {
  std::string_view name;
  std::size_t least;  // words, CLIENT included
  std::size_t most;
  Handler handler;
};

void reply_ok(Exchange& exchange) {
  exchange.reply([](ReplyWriter& out) { out.status("OK"); });
}

std::string line_of(const Exchange& exchange) {
  const Session& session = exchange.session();
  const auto age = exchange.backend().clock.now() - session.since;
  return fmt::format("id={} addr={} name={} age={} db=0 resp={} lib-name={} lib-ver={}\n", session.id,
                     session.address, session.name,
                     std::chrono::duration_cast<std::chrono::seconds>(age).count(),
                     static_cast<int>(session.protocol), session.library, session.library_version);
}

void client_id(Exchange& exchange) {
  exchange.reply([&](ReplyWriter& out) { out.integer(static_cast<std::int64_t>(exchange.session().id)); });
}

void client_info(Exchange& exchange) {
  exchange.reply([&](ReplyWriter& out) { out.text(line_of(exchange)); });
}

void client_get_name(Exchange& exchange) {
  const std::string& name = exchange.session().name;
  exchange.reply([&](ReplyWriter& out) { name.empty() ? out.null() : out.text(name); });
}

void client_set_name(Exchange& exchange) {
  const std::string_view name = exchange.arguments()[2];
  if (!is_session_name(name)) {
    return exchange.refuse("ERR Client names cannot contain spaces, newlines or special characters.");
  }
  exchange.session().name = name;
  reply_ok(exchange);
}

void client_set_info(Exchange& exchange) {
  const std::string_view what = exchange.arguments()[2];
  const std::string_view value = exchange.arguments()[3];
  const bool is_name = same_word(what, "LIB-NAME");
  if (!is_name && !same_word(what, "LIB-VER"))
    return exchange.refuse("ERR Unrecognized option of CLIENT SETINFO");
  if (value.size() > kMaxLibraryBytes || !is_session_name(value)) {
    return exchange.refuse("ERR lib-name and lib-ver are short, without spaces or special characters");
  }
  (is_name ? exchange.session().library : exchange.session().library_version) = value;
  reply_ok(exchange);
}

constexpr Subcommand kSubcommands[] = {
    {"ID", 2, 2, client_id},
    {"INFO", 2, 2, client_info},
    {"LIST", 2, 4, client_info},
    {"GETNAME", 2, 2, client_get_name},
    {"SETNAME", 3, 3, client_set_name},
    {"SETINFO", 4, 4, client_set_info},
    {"NO-EVICT", 3, 3, reply_ok},
    {"NO-TOUCH", 3, 3, reply_ok},
};

}  // namespace

void handle_client(Exchange& exchange) {
  const Arguments words = exchange.arguments();
  for (const Subcommand& subcommand : kSubcommands) {
    if (!same_word(words[1], subcommand.name)) continue;
    if (words.size() < subcommand.least || words.size() > subcommand.most) break;
    return subcommand.handler(exchange);
  }
  exchange.refuse(fmt::format("ERR unknown subcommand or wrong number of arguments for 'CLIENT {}'",
                              words[1].substr(0, kMaxLibraryBytes)));
}

}  // namespace holdfast::api::resp
