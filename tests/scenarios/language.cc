#include "language.h"

#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>

#include "lock/index.h"

namespace holdfast::lock::testing {
namespace {

using Words = std::vector<std::string>;

[[noreturn]] void bad(const std::string& what) {
  throw std::invalid_argument(what);
}

// The request id as a server would see it: of one principal, with a print of what is asked.
RequestTag tag_of(const std::string& who, std::string_view id, const std::string& asked) {
  return {{hash_of(who + "\n" + std::string(id)), hash_of(id)}, hash_of(asked)};
}

struct Option {
  std::string name;
  std::string value;
};

Option option_of(const std::string& word) {
  const std::size_t at = word.find('=');
  if (at == std::string::npos) return {word, ""};
  return {word.substr(0, at), word.substr(at + 1)};
}

// An option of one key. False when it is none.
bool set_item(Item& item, const Option& option) {
  if (option.name == "shared") return item.mode = Mode::shared, true;
  if (option.name == "exclusive") return item.mode = Mode::exclusive, true;
  if (option.name == "group") return item.group = option.value, true;
  if (option.name == "permits")
    return item.permits = static_cast<std::uint32_t>(std::stoul(option.value)), true;
  if (option.name == "limit") return item.limit = static_cast<std::uint32_t>(std::stoul(option.value)), true;
  return false;
}

// "report", "report(shared,group=x)", or "k1..k9" for nine keys.
void add_items(const std::string& word, std::vector<Item>& items) {
  if (const std::size_t dots = word.find(".."); dots != std::string::npos) {
    const std::size_t digits = word.find_first_of("0123456789");
    const std::string name = word.substr(0, digits);
    const auto first = std::stoul(word.substr(digits, dots - digits));
    const auto last = std::stoul(word.substr(dots + 2 + name.size()));
    for (auto number = first; number <= last; ++number)
      items.push_back({.key = name + std::to_string(number)});
    return;
  }
  const std::size_t open = word.find('(');
  Item item{.key = word.substr(0, open)};
  if (open != std::string::npos) {
    std::istringstream options(word.substr(open + 1, word.size() - open - 2));
    for (std::string option; std::getline(options, option, ',');) {
      if (!set_item(item, option_of(option))) bad("unknown option of a key: " + option);
    }
  }
  items.push_back(std::move(item));
}

Acquire parse_acquire(const std::string& who, const Words& words, const Names& names) {
  Acquire command{.principal = who, .owner = who};
  const std::map<std::string, std::function<void(const std::string&)>> options{
      {"ttl", [&](const auto& value) { command.ttl = parse_duration(value); }},
      {"wait", [&](const auto& value) { command.wait = parse_duration(value); }},
      {"claim", [&](const auto& value) { command.claim = parse_duration(value); }},
      {"reattach", [&](const auto& value) { command.reattach = parse_duration(value); }},
      {"lease", [&](const auto& value) { command.lease = names.lease(value); }},
      {"reason", [&](const auto& value) { command.reason = value; }},
      {"as",
       [&](const auto& value) {
         command.alias = {Dialect::redlock, value};
       }},
      {"return", [&](const auto&) { command.on_held = OnHeld::return_hold; }},
      {"extend", [&](const auto&) { command.on_held = OnHeld::extend_alias; }},
      {"once", [&](const auto&) { command.on_held = OnHeld::refuse_alias; }},
      {"administers", [&](const auto&) { command.administers = true; }},
      {"poll", [&](const auto&) { command.polls = true; }},
  };
  Item common;
  std::string id;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const Option option = option_of(words[i]);
    if (const auto found = options.find(option.name); found != options.end()) {
      found->second(option.value);
    } else if (option.name == "id") {
      id = option.value;
    } else if (!set_item(common, option)) {
      add_items(words[i], command.items);
    }
  }
  std::string asked = who;
  for (Item& item : command.items) {
    if (common.mode == Mode::shared) item.mode = Mode::shared;
    if (!common.group.empty()) item.group = common.group;
    if (common.permits != 1) item.permits = common.permits;
    if (common.limit != 0) item.limit = common.limit;
    asked += "\n" + item.key + item.group + std::to_string(item.permits) + "/" + std::to_string(item.limit) +
             (item.mode == Mode::shared ? "s" : "e");
  }
  if (command.lease) asked += std::to_string(command.lease->value);
  if (!id.empty()) command.request = tag_of(who, id, asked);
  return command;
}

// Keys without options, and those of the acquire that make sense.
AcquireEach parse_acquire_each(const std::string& who, const Words& words, const Names& names) {
  Acquire alike = parse_acquire(who, words, names);
  AcquireEach command{.ttl = alike.ttl,
                      .principal = who,
                      .owner = who,
                      .alias = alike.alias,
                      .administers = alike.administers};
  for (Item& item : alike.items) command.keys.push_back(std::move(item.key));
  return command;
}

// "as=v1 a#3 b#4"
ReleaseEach parse_release_each(const std::string& who, const Words& words) {
  ReleaseEach command{.principal = who, .alias = {Dialect::redlock, option_of(words.at(1)).value}};
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::size_t mark = words[i].find('#');
    command.holds.push_back({words[i].substr(0, mark), FencingToken{std::stoul(words[i].substr(mark + 1))}});
  }
  return command;
}

OpenLease parse_open(const std::string& who, const Words& words) {
  OpenLease command{.principal = who, .owner = who};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const Option option = option_of(words[i]);
    if (option.name == "ttl")
      command.ttl = parse_duration(option.value);
    else if (option.name == "id")
      command.request = tag_of(who, option.value, "open");
    else
      bad("unknown option: " + words[i]);
  }
  return command;
}

// "L1", or "key@alias" as a dialect's client names it; "key@" whatever its alias.
LeaseName parse_lease_name(const std::string& who, const std::string& word, const Names& names) {
  const std::size_t at = word.find('@');
  if (at == std::string::npos) return names.lease(word);
  AliasedHold hold{.key = word.substr(0, at), .principal = who};
  if (at + 1 < word.size()) hold.name = word.substr(at + 1);
  return hold;
}

Renew parse_renew(const std::string& who, const Words& words, const Names& names) {
  Renew command{.lease = parse_lease_name(who, words.at(1), names)};
  if (words.size() > 2) command.ttl = parse_duration(option_of(words[2]).value);
  return command;
}

Release parse_release(const std::string& who, const Words& words, const Names& names) {
  Release command{.lease = parse_lease_name(who, words.at(1), names)};
  std::string id;
  std::string asked = "release" + words.at(1);
  for (std::size_t i = 2; i < words.size(); ++i) {
    const Option option = option_of(words[i]);
    if (option.name == "keep_for")
      command.keep_for = parse_duration(option.value);
    else if (option.name == "id")
      id = option.value;
    else
      command.keys.push_back(words[i]), asked += "\n" + words[i];
  }
  if (!id.empty()) command.request = tag_of(who, id, asked);
  return command;
}

Abandon parse_abandon(const Words& words, const Names& names) {
  Abandon command{.lease = names.lease(words.at(1))};
  for (std::size_t i = 2; i < words.size(); ++i) {
    const Option option = option_of(words[i]);
    if (option.name == "reattach")
      command.reattach = parse_duration(option.value);
    else
      command.keys.push_back(words[i]);
  }
  return command;
}

// "ann+bea"
std::vector<std::string> parse_list(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> list;
  for (std::string one; std::getline(in, one, '+');) list.push_back(one);
  return list;
}

// An option of settings. False when it is none.
bool set_setting(Settings& settings, const Option& option) {
  const auto duration = [&] { return parse_duration(option.value); };
  if (option.name == "description") return settings.description = option.value, true;
  if (option.name == "owners") return settings.owners = parse_list(option.value), true;
  if (option.name == "groups") return settings.shared_groups = parse_list(option.value), true;
  if (option.name == "limit")
    return settings.limit = static_cast<std::uint32_t>(std::stoul(option.value)), true;
  if (option.name == "lock_delay") return settings.lock_delay = duration(), true;
  if (option.name == "max_hold") return settings.max_hold = duration(), true;
  if (option.name == "max_ttl") return settings.max_ttl = duration(), true;
  if (option.name == "max_wait") return settings.max_wait = duration(), true;
  if (option.name == "single") return settings.allow_multi_key_wait = false, true;
  if (option.name == "record") return settings.record_refusals = true, true;
  return false;
}

// What register and unregister have in common. False when the option is none of it.
template <class T>
bool set_governing(T& command, const Option& option, const std::string& asked, const Names& names) {
  if (option.name == "match") {
    command.expected = option.value == "any" ? Revision{} : names.version(option.value);
  } else if (option.name == "administers") {
    command.administers = true;
  } else if (option.name == "id") {
    command.request = tag_of(command.by, option.value, asked);
  } else {
    return false;
  }
  return true;
}

Register parse_register(const std::string& who, const Words& words, const Names& names) {
  Register command{.key = words.at(1), .principal = who, .by = who};
  std::string asked = "register";
  for (std::size_t i = 1; i < words.size(); ++i) asked += "\n" + words[i];
  for (std::size_t i = 2; i < words.size(); ++i) {
    const Option option = option_of(words[i]);
    if (!set_setting(command.settings, option) && !set_governing(command, option, asked, names))
      bad("unknown option: " + words[i]);
  }
  return command;
}

Unregister parse_unregister(const std::string& who, const Words& words, const Names& names) {
  Unregister command{.key = words.at(1), .principal = who, .by = who};
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (!set_governing(command, option_of(words[i]), "unregister" + words[1], names))
      bad("unknown option: " + words[i]);
  }
  return command;
}

// "L1", "#3" or "W2"
std::variant<LeaseId, FencingToken, WaiterId> parse_target(const std::string& word, const Names& names) {
  if (word[0] == '#') return FencingToken{std::stoul(word.substr(1))};
  if (word[0] == 'W') return names.waiter(word);
  return names.lease(word);
}

// What break and request-release have in common.
template <class T>
bool set_blame(T& command, const Option& option, const std::string& asked) {
  if (option.name == "reason") return command.reason = option.value, true;
  if (option.name == "id") return command.request = tag_of(command.by, option.value, asked), true;
  return false;
}

Break parse_break(const std::string& who, const Words& words, const Names& names) {
  Break command{.key = words.at(1), .target = parse_target(words.at(2), names), .by = who};
  for (std::size_t i = 3; i < words.size(); ++i) {
    if (words[i] == "now")
      command.now = true;
    else if (!set_blame(command, option_of(words[i]), "break" + words[1] + words[2]))
      bad("unknown option: " + words[i]);
  }
  return command;
}

RequestRelease parse_request_release(const std::string& who, const Words& words) {
  RequestRelease command{.key = words.at(1), .by = who};
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (!set_blame(command, option_of(words[i]), "request-release" + words[1]))
      bad("unknown option: " + words[i]);
  }
  return command;
}

Restore parse_restore(const Words& words) {
  Restore restore{.incarnation = std::stoul(words.at(1)), .quiet = {}};
  if (words.size() > 2) restore.quiet = parse_duration(option_of(words[2]).value);
  return restore;
}

// "key bytes=9 under=alias", or without bytes.
template <class T>
T parse_document(const std::string& who, const Words& words) {
  T command{.key = words.at(1), .principal = who};
  for (std::size_t i = 2; i < words.size(); ++i) {
    const Option option = option_of(words[i]);
    if (option.name == "under") {
      command.under = AliasedHold{.key = words[1], .name = option.value, .principal = who};
    } else if (option.name == "administers") {
      command.administers = true;
    } else if (option.name == "bytes") {
      if constexpr (requires { command.bytes; }) command.bytes = std::stoull(option.value);
    } else {
      bad("unknown option: " + words[i]);
    }
  }
  return command;
}

Action parse_show(const Words& words, const Names& names) {
  if (words.at(1) == "lease") return ShowLease{names.lease(words.at(2))};
  return ShowKey{words.at(1)};
}

Action parse_verb(const std::string& who, const Words& words, const Names& names) {
  const std::string& verb = words.at(0);
  if (verb == "acquire") return Command(parse_acquire(who, words, names));
  if (verb == "acquire-each") return Command(parse_acquire_each(who, words, names));
  if (verb == "release-each") return Command(parse_release_each(who, words));
  if (verb == "open") return Command(parse_open(who, words));
  if (verb == "renew") return Command(parse_renew(who, words, names));
  if (verb == "release") return Command(parse_release(who, words, names));
  if (verb == "cancel") return Command(Cancel{tag_of(who, words.at(1), "")});
  if (verb == "detach") return Command(Detach{names.waiter(words.at(1))});
  if (verb == "abandon") return Command(parse_abandon(words, names));
  if (verb == "register") return Command(parse_register(who, words, names));
  if (verb == "unregister") return Command(parse_unregister(who, words, names));
  if (verb == "break") return Command(parse_break(who, words, names));
  if (verb == "request-release") return Command(parse_request_release(who, words));
  if (verb == "store") return Command(parse_document<StoreDocument>(who, words));
  if (verb == "remove") return Command(parse_document<RemoveDocument>(who, words));
  if (verb == "upgrade") return Command(FinishUpgrade{});
  if (verb == "restore") return parse_restore(words);
  if (verb == "seal") return Seal{words.at(1)};
  if (verb == "takeover") return Command(TakeOver{Epoch{std::stoul(words.at(1))}});
  if (verb == "show") return parse_show(words, names);
  if (verb == "fence") return CheckFence{words.at(1), FencingToken{std::stoul(words.at(2).substr(1))}};
  if (verb == "time") return TimePasses{};
  bad("unknown verb: " + verb);
}

}  // namespace

Words words_of(std::string_view line) {
  std::istringstream in{std::string(line)};
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

Spoken parse_action(std::string_view line, const Names& names) {
  Words words = words_of(line);
  if (words.empty()) bad("nothing is said");
  std::string who;
  if (words[0].ends_with(':')) {
    who = words[0].substr(0, words[0].size() - 1);
    words.erase(words.begin());
  }
  return {who, parse_verb(who, words, names)};
}

Millis parse_duration(std::string_view text) {
  if (text == "none" || text == "forever") return Millis(-1);
  std::size_t end = 0;
  const double number = std::stod(std::string(text), &end);
  const std::string_view unit = text.substr(end);
  const double factor = unit == "h" ? 3'600'000 : unit == "m" ? 60'000 : unit == "s" ? 1'000 : 1;
  if (factor == 1 && unit != "ms" && !unit.empty()) bad("unknown unit: " + std::string(text));
  return Millis(static_cast<std::int64_t>(number * factor + 0.5));
}

}  // namespace holdfast::lock::testing
