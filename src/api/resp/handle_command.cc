#include <fmt/format.h>

#include "api/resp/handlers.h"
#include "api/resp/options.h"

// COMMAND: the command table as Redis clients ask for it.

namespace holdfast::api::resp {
namespace {

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

struct FlagWord {
  std::uint8_t flag;
  std::string_view word;
};
constexpr FlagWord kFlagWords[] = {
    {kWrite, "write"}, {kReadOnly, "readonly"}, {kFast, "fast"}, {kBlocking, "blocking"}};

// Name, arity, flags, first key, last key, step; then access categories, tips, key specifications and
// subcommands, of which there are none to tell.
void write_entry(ReplyWriter& out, const Command& command) {
  out.array(10);
  out.text(lower_case(command.name));
  out.integer(command.arity);
  std::size_t flags = 0;
  for (const FlagWord& word : kFlagWords) flags += (command.flags & word.flag) != 0 ? 1 : 0;
  out.array(flags);
  for (const FlagWord& word : kFlagWords) {
    if ((command.flags & word.flag) != 0) out.status(word.word);
  }
  out.integer(command.first_key);
  out.integer(command.last_key);
  out.integer(command.key_step);
  for (int i = 0; i < 4; ++i) out.array(0);
}

// The group is what redis-cli sorts its help by. A syntax is one argument, to be shown as it is.
void write_docs(ReplyWriter& out, const Command& command) {
  const bool has_arguments = !command.syntax.empty();
  out.text(lower_case(command.name));
  out.map(has_arguments ? 4 : 3);
  out.member("summary", command.summary);
  out.member("since", "1.0.0");
  out.member("group", (command.flags & kConnection) != 0 ? "connection" : "generic");
  if (!has_arguments) return;
  out.text("arguments");
  out.array(1);
  out.map(3);
  out.member("name", command.syntax);
  out.member("type", "string");
  out.member("display_text", command.syntax);
}

void write_list(ReplyWriter& out, const CommandTable& table) {
  out.array(table.all().size());
  for (const Command& command : table.all()) out.text(lower_case(command.name));
}

void write_info(ReplyWriter& out, const CommandTable& table, Arguments names) {
  out.array(names.empty() ? table.all().size() : names.size());
  if (names.empty()) {
    for (const Command& command : table.all()) write_entry(out, command);
  }
  for (const std::string_view name : names) {
    const Command* const command = table.find(name);
    command == nullptr ? out.null() : write_entry(out, *command);
  }
}

void write_all_docs(ReplyWriter& out, const CommandTable& table, Arguments names) {
  std::vector<const Command*> wanted;
  if (names.empty()) {
    for (const Command& command : table.all()) wanted.push_back(&command);
  }
  for (const std::string_view name : names) {
    if (const Command* const command = table.find(name)) wanted.push_back(command);
  }
  out.map(wanted.size());
  for (const Command* command : wanted) write_docs(out, *command);
}

}  // namespace

void handle_command(Exchange& exchange) {
  const CommandTable& table = exchange.backend().commands;
  const Arguments words = exchange.arguments();
  const Arguments names = words.subspan(std::min<std::size_t>(2, words.size()));
  const std::string_view what = words.size() > 1 ? words[1] : "INFO";
  if (same_word(what, "COUNT")) {
    exchange.reply([&](ReplyWriter& out) { out.integer(static_cast<std::int64_t>(table.all().size())); });
  } else if (same_word(what, "LIST")) {
    exchange.reply([&](ReplyWriter& out) { write_list(out, table); });
  } else if (same_word(what, "INFO")) {
    exchange.reply([&](ReplyWriter& out) { write_info(out, table, names); });
  } else if (same_word(what, "DOCS")) {
    exchange.reply([&](ReplyWriter& out) { write_all_docs(out, table, names); });
  } else {
    exchange.refuse("ERR COMMAND knows COUNT, LIST, INFO and DOCS");
  }
}

}  // namespace holdfast::api::resp
