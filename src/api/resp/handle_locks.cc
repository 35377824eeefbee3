#include <fmt/format.h>

#include "api/resp/error_line.h"
#include "api/resp/handlers.h"
#include "api/resp/lock_reply.h"
#include "api/resp/native_reply.h"
#include "api/resp/options.h"
#include "lock/limits.h"
#include "lock/view.h"
#include "service/rules.h"

// What anybody asks of locks: show, list, fence check, break.

namespace holdfast::api::resp {
namespace {

constexpr std::int64_t kMostPerPage = 1'000;
constexpr std::size_t kUsualPerPage = 100;

// A page of crowded locks ends early rather than grow beyond all bounds.
constexpr std::size_t kPageBytes = 4 << 20;

std::optional<service::Fault> read_query(Options& in, lock::LockQuery& query) {
  std::int64_t count = kUsualPerPage;
  while (!in.at_end()) {
    if (in.take("PREFIX")) {
      query.prefix = in.word("PREFIX");
    } else if (in.take("COUNT")) {
      count = in.integer("COUNT");
    } else if (in.take("CURSOR")) {
      query.after = in.word("CURSOR");
    } else if (in.take("OWNER")) {
      query.owner = in.word("OWNER");
    } else {
      break;
    }
  }
  if (auto fault = in.finish()) return fault;
  if (auto fault = service::check_count(count, kMostPerPage, "COUNT")) return fault;
  query.limit = static_cast<std::size_t>(count);
  if (auto fault = service::check_text(query.prefix, lock::kMaxKeyBytes, "PREFIX")) return fault;
  return service::check_text(query.after, lock::kMaxKeyBytes, "CURSOR");
}

void write_page(ReplyWriter& out, const Backend& backend, const lock::LockPage& page, Protocol protocol) {
  std::string locks;
  ReplyWriter each(locks, protocol);
  std::size_t count = 0;
  for (const lock::LockView& lock : page.locks) {
    if (locks.size() > kPageBytes) break;
    write_lock(each, lock, backend.statistics.find(lock.key));
    ++count;
  }
  const bool is_whole = count == page.locks.size();
  out.array(2);
  if (is_whole && !page.next) {
    out.null();
  } else {
    out.text(is_whole ? *page.next : page.locks[count - 1].key);
  }
  out.array(count);
  out.raw(locks);
}

void read_target(Options& in, service::BreakRequest& request) {
  if (in.take("LEASE")) {
    request.lease = in.word("LEASE");
  } else if (in.take("TOKEN")) {
    request.fencing_token = in.integer("TOKEN");
  } else if (in.take("WAITER")) {
    request.waiter = in.integer("WAITER");
  } else if (in.take("NOW")) {
    request.now = true;
  } else if (in.take("REASON")) {
    request.reason = in.word("REASON");
  } else if (in.take("OWNER")) {
    request.owner = in.word("OWNER");
  } else if (in.take("REQUEST")) {
    request.request_id = in.word("REQUEST");
  } else {
    in.fail("", "this is no option of BREAK");
  }
}

void write_broken_ones(const Exchange&, ReplyWriter& out, lock::Revision, const lock::BreakDone& done) {
  out.array(done.broken.size());
  for (const lock::BrokenInfo& broken : done.broken) write_broken(out, broken);
}

}  // namespace

void handle_lockinfo(Exchange& exchange) {
  const std::string_view key = exchange.arguments()[1];
  if (const auto fault = service::check_key(key, "key")) return exchange.refuse(*fault);
  const Backend& backend = exchange.backend();
  const lock::State& state = backend.keeper.state();
  const lock::LockView lock = lock::show_lock(state, key, backend.keeper.now());
  exchange.reply_when_durable(
      [&](ReplyWriter& out) { write_lock(out, lock, backend.statistics.find(key), state.revision()); });
}

void handle_locks(Exchange& exchange) {
  Options in(exchange.arguments().subspan(1));
  lock::LockQuery query;
  if (const auto fault = read_query(in, query)) return exchange.refuse(*fault);
  const Backend& backend = exchange.backend();
  const lock::LockPage page = lock::list_locks(backend.keeper.state(), query, backend.keeper.now());
  exchange.reply_when_durable(
      [&](ReplyWriter& out) { write_page(out, backend, page, exchange.session().protocol); });
}

void handle_fence(Exchange& exchange) {
  Options in(exchange.arguments().subspan(1));
  const std::string_view key = in.word("key");
  const std::int64_t token = in.integer("token");
  if (const auto fault = in.finish()) return exchange.refuse(*fault);
  if (const auto fault = service::check_key(key, "key")) return exchange.refuse(*fault);
  if (token < 0) return exchange.refuse(service::invalid("token", "this is not a fencing token"));
  const lock::State& state = exchange.backend().keeper.state();
  if (!lock::fence_valid(state, key, lock::FencingToken{static_cast<std::uint64_t>(token)})) {
    return exchange.refuse_when_durable(
        {service::Code::stale_fence, fmt::format("no present hold of the key has the token {}", token), ""});
  }
  exchange.reply_when_durable([](ReplyWriter& out) { out.integer(1); });
}

void handle_break(Exchange& exchange) {
  Options in(exchange.arguments().subspan(1));
  service::BreakRequest request{.key = std::string(in.word("key")), .owner = exchange.session().name};
  while (!in.at_end()) read_target(in, request);
  if (const auto fault = in.finish()) return exchange.refuse(*fault);
  if (request.request_id) exchange.call_it(*request.request_id);
  exchange.submit(exchange.backend().checker.break_hold(exchange.caller(), std::move(request)),
                  encode_or_refuse<lock::BreakDone, write_broken_ones>);
}

}  // namespace holdfast::api::resp
