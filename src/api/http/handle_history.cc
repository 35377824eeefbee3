#include <fmt/format.h>

#include "api/http/handlers.h"
#include "api/http/watch/broadcast.h"
#include "api/http/watch/event_json.h"
#include "api/http/watch/since.h"
#include "service/history/query.h"
#include "service/rules.h"

namespace holdfast::api::http {
namespace {

namespace history = service::history;

constexpr std::uint64_t kMostPerPage = 1'000;
constexpr std::uint64_t kUsualPerPage = 100;

service::MaybeFault read_lease(const Query& query, history::Query& wanted) {
  const std::string* text = query.find("lease");
  if (!text) return std::nullopt;
  const auto lease = service::parse_lease_id(*text);
  if (!lease) return service::invalid("lease", "this is not the id of a lease");
  wanted.lease = *lease;
  return std::nullopt;
}

service::MaybeFault read_kind(const Query& query, history::Query& wanted) {
  const std::string* text = query.find("kind");
  if (!text) return std::nullopt;
  wanted.kind = lock::event_kind_of(*text);
  if (!wanted.kind) return service::invalid("kind", fmt::format("there is no kind of event '{}'", *text));
  return std::nullopt;
}

service::MaybeFault read_cursor(const Query& query, history::Query& wanted) {
  const std::string* text = query.find("cursor");
  if (!text) return std::nullopt;
  const auto cursor = history::parse_cursor(*text);
  if (!cursor) return service::invalid("cursor", "this is not a cursor that a page has given");
  wanted.from = *cursor;
  return std::nullopt;
}

service::MaybeFault read_since(const Query& query, const Broadcast& broadcast, history::Query& wanted) {
  const std::string* text = query.find("since");
  if (!text) return std::nullopt;
  const auto since = kept_since(broadcast, *text, "since");
  if (!since) return since.error();
  wanted.since = *since;
  return std::nullopt;
}

service::Checked<history::Query> history_query(Exchange& exchange) {
  const auto query =
      Query::parse(exchange.query(), {"key", "prefix", "owner", "lease", "kind", "since", "limit", "cursor"});
  if (!query) return query.error();
  const auto limit = query->number("limit", kMostPerPage, kUsualPerPage);
  if (!limit) return limit.error();
  history::Query wanted{.key = query->text("key"),
                        .prefix = query->text("prefix"),
                        .owner = query->text("owner"),
                        .limit = *limit};
  if (query->find("key")) {
    if (auto fault = service::check_key(wanted.key, "key")) return *fault;
  }
  if (auto fault = read_lease(*query, wanted)) return *fault;
  if (auto fault = read_kind(*query, wanted)) return *fault;
  if (auto fault = read_cursor(*query, wanted)) return *fault;
  if (auto fault = read_since(*query, exchange.backend().broadcast, wanted)) return *fault;
  return wanted;
}

void write_row(JsonWriter& out, const history::Row& row) {
  out.begin_object();
  if (!row.event.keys.empty()) write_key_members(out, row.event.kind, row.event.keys.front());
  write_common_members(out, row.event, row.incarnation);
  out.end_object();
}

void answer_page(Exchange& exchange, history::PageMaker& page, const Result<history::Backward>& read) {
  if (!read) {
    return exchange.refuse(
        {service::Code::overloaded, fmt::format("history cannot be read: {}", read.error().message()), ""});
  }
  JsonWriter out = exchange.body();
  out.begin_object();
  out.key("events");
  out.begin_array();
  for (const history::Row& row : page.rows()) write_row(out, row);
  out.end_array();
  if (const auto next = page.next(*read)) out.member("next_cursor", history::to_text(*next));
  out.member("revision", exchange.backend().told);
  out.end_object();
  exchange.answer();
}

}  // namespace

void handle_history(Exchange& exchange) {
  auto wanted = history_query(exchange);
  if (!wanted) return exchange.refuse(wanted.error());
  const auto page = std::make_shared<history::PageMaker>(std::move(*wanted));
  const auto visit = [page](std::uint64_t incarnation, const lock::EventView& event) {
    return page->visit(incarnation, event);
  };
  auto done = exchange.go_on(
      [page](Exchange& again, const Result<history::Backward>& read) { answer_page(again, *page, read); });
  const bool reads = exchange.backend().broadcast.history().read_backward(
      page->begins_before(), history::kMostEventsPerPage, visit, std::move(done));
  if (!reads) exchange.refuse({service::Code::overloaded, "too many are reading history", ""});
}

}  // namespace holdfast::api::http
