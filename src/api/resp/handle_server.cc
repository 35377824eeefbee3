#include <unistd.h>

#include <fmt/format.h>

#include "api/resp/handlers.h"
#include "api/resp/options.h"
#include "api/resp/version.h"
#include "base/hex.h"
#include "lock/view.h"

// What clients and tools of Redis ask of a server.

namespace holdfast::api::resp {
namespace {

using Write = void (*)(std::string& out, const Backend& backend);

struct Section {
  std::string_view name;
  Write write;
};

template <class Value>
void line(std::string& out, std::string_view name, const Value& value) {
  fmt::format_to(std::back_inserter(out), "{}:{}\r\n", name, value);
}

void write_server(std::string& out, const Backend& backend) {
  const auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(backend.clock.now() - backend.started_at);
  line(out, "redis_version", kSpokenVersion);
  line(out, "redis_mode", "standalone");
  line(out, "holdfast_version", HOLDFAST_VERSION);
  line(out, "process_id", ::getpid());
  line(out, "run_id", to_hex(backend.keeper.state().cell().id));
  line(out, "uptime_in_seconds", uptime.count());
}

void write_clients(std::string& out, const Backend& backend) {
  line(out, "connected_clients", backend.gate.open);
  line(out, "maxclients", backend.gate.most);
  line(out, "blocked_clients", lock::count(backend.keeper.state()).waiters);
}

// Nothing is answered before the journal is read, so a client never meets a server that loads.
void write_persistence(std::string& out, const Backend& backend) {
  const keeper::Status status = backend.keeper.status();
  line(out, "loading", 0);
  line(out, "journal_engine", status.durability.engine);
  line(out, "journal_class", status.durability.level);
  line(out, "journal_sequence", status.sequence);
  line(out, "journal_refusing", status.refusing ? 1 : 0);
}

void write_replication(std::string& out, const Backend& backend) {
  line(out, "role", "master");
  line(out, "connected_slaves", 0);
  line(out, "epoch", backend.keeper.status().epoch.value);
}

void write_locks(std::string& out, const Backend& backend) {
  const lock::Counts counts = lock::count(backend.keeper.state());
  line(out, "locks", counts.locks);
  line(out, "holds", counts.holds);
  line(out, "leases", counts.leases);
  line(out, "waiters", counts.waiters);
  line(out, "revision", backend.keeper.state().revision().value);
}

constexpr Section kSections[] = {{"Server", write_server},
                                 {"Clients", write_clients},
                                 {"Persistence", write_persistence},
                                 {"Replication", write_replication},
                                 {"Locks", write_locks}};

bool is_wanted(const Section& section, Arguments names) {
  if (names.empty()) return true;
  for (const std::string_view name : names) {
    if (same_word(name, section.name) || same_word(name, "all") || same_word(name, "everything") ||
        same_word(name, "default")) {
      return true;
    }
  }
  return false;
}

// What tools look at before they begin. None of it can be set.
struct Parameter {
  std::string_view name;
  std::string_view value;
};
constexpr Parameter kParameters[] = {
    {"save", ""}, {"appendonly", "yes"}, {"databases", "1"}, {"timeout", "0"}};

bool is_asked(const Parameter& parameter, Arguments names) {
  return std::ranges::any_of(
      names, [&](std::string_view name) { return name == "*" || same_word(name, parameter.name); });
}

}  // namespace

void handle_info(Exchange& exchange) {
  const Arguments names = exchange.arguments().subspan(1);
  std::string text;
  for (const Section& section : kSections) {
    if (!is_wanted(section, names)) continue;
    if (!text.empty()) text += "\r\n";
    text.append("# ").append(section.name).append("\r\n");
    section.write(text, exchange.backend());
  }
  exchange.reply_when_durable([&](ReplyWriter& out) { out.text(text); });
}

void handle_config(Exchange& exchange) {
  const Arguments words = exchange.arguments();
  if (words.size() < 3 || !same_word(words[1], "GET")) {
    return exchange.refuse("ERR CONFIG knows GET only: settings are those of `holdfast serve`");
  }
  std::vector<const Parameter*> asked;
  for (const Parameter& parameter : kParameters) {
    if (is_asked(parameter, words.subspan(2))) asked.push_back(&parameter);
  }
  exchange.reply([&](ReplyWriter& out) {
    out.map(asked.size());
    for (const Parameter* parameter : asked) out.member(parameter->name, parameter->value);
  });
}

}  // namespace holdfast::api::resp
