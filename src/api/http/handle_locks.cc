#include <array>

#include <fmt/format.h>

#include "api/http/handlers.h"
#include "api/http/lock_json.h"
#include "lock/limits.h"
#include "lock/view.h"
#include "service/rules.h"

namespace holdfast::api::http {
namespace {

constexpr std::uint64_t kMostPerPage = 1'000;
constexpr std::uint64_t kUsualPerPage = 100;

// A page of crowded locks ends early rather than grow beyond all bounds.
constexpr std::size_t kPageBytes = 4 << 20;

service::Checked<std::optional<lock::LockState>> state_asked(const Query& query) {
  const std::string* text = query.find("state");
  if (text == nullptr) return std::optional<lock::LockState>();
  using enum lock::LockState;
  for (const lock::LockState state : {free, reserved, exclusive, shared}) {
    if (*text == name_of(state)) return std::optional(state);
  }
  return service::invalid("state", "state is free, reserved, exclusive or shared");
}

service::Checked<lock::LockQuery> lock_query(const Query& query) {
  const auto limit = query.number("limit", kMostPerPage, kUsualPerPage);
  if (!limit) return limit.error();
  const auto state = state_asked(query);
  if (!state) return state.error();
  for (const std::string_view name : {"prefix", "cursor"}) {
    if (const auto fault = service::check_text(query.text(name), lock::kMaxKeyBytes, name)) return *fault;
  }
  return lock::LockQuery{.prefix = query.text("prefix"),
                         .state = *state,
                         .owner = query.text("owner"),
                         .after = query.text("cursor"),
                         .limit = *limit};
}

void show(Exchange& exchange, const std::string& key) {
  if (const auto fault = service::check_key(key, "key")) return exchange.refuse(*fault);
  const keeper::Keeper& keeper = exchange.backend().keeper;
  JsonWriter out = exchange.body();
  out.begin_object();
  const lock::LockView lock = lock::show_lock(keeper.state(), key, keeper.now());
  write_lock_members(out, lock, exchange.backend().statistics.find(key));
  exchange.tag(lock.version);
  out.member("revision", keeper.state().revision());
  out.end_object();
  exchange.answer_when_durable();
}

}  // namespace

void handle_show_lock_by_path(Exchange& exchange) {
  if (const auto query = Query::parse(exchange.query(), {"consistency"}); !query) {
    return exchange.refuse(query.error());
  }
  const auto key = percent_decode(exchange.path_value());
  if (!key) return exchange.refuse(service::invalid("key", "the path has a malformed percent escape"));
  show(exchange, *key);
}

void handle_show_lock_by_query(Exchange& exchange) {
  const auto query = Query::parse(exchange.query(), {"key", "consistency"});
  if (!query) return exchange.refuse(query.error());
  show(exchange, query->text("key"));
}

void handle_list_locks(Exchange& exchange) {
  const auto query =
      Query::parse(exchange.query(), {"prefix", "state", "owner", "limit", "cursor", "consistency"});
  if (!query) return exchange.refuse(query.error());
  const auto wanted = lock_query(*query);
  if (!wanted) return exchange.refuse(wanted.error());
  const keeper::Keeper& keeper = exchange.backend().keeper;
  const lock::LockPage page = lock::list_locks(keeper.state(), *wanted, keeper.now());
  std::optional<std::string> next = page.next;
  JsonWriter out = exchange.body();
  out.begin_object();
  out.key("locks");
  out.begin_array();
  for (const lock::LockView& lock : page.locks) {
    write_lock(out, lock, exchange.backend().statistics.find(lock.key));
    if (out.size() > kPageBytes && &lock != &page.locks.back()) {
      next = lock.key;
      break;
    }
  }
  out.end_array();
  if (next) out.member("next_cursor", *next);
  out.member("revision", keeper.state().revision());
  out.end_object();
  exchange.answer_when_durable();
}

}  // namespace holdfast::api::http
