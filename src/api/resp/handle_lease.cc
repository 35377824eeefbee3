#include "api/resp/handlers.h"
#include "api/resp/native_reply.h"
#include "api/resp/options.h"

// The verbs on a lease that its owner has: renew, release; open one to share; withdraw a wait.

namespace holdfast::api::resp {
namespace {

// A lease that lost keys is renewed all the same, but its owner must hear of the loss first.
void write_renewed(const Exchange&, ReplyWriter& out, lock::Revision revision, const lock::Renewed& renewed) {
  if (!renewed.lost.empty()) return write_losses(out, renewed.lost);
  out.array(3);
  out.integer(renewed.lease.ttl.count());
  out.integer(static_cast<std::int64_t>(revision.value));
  if (renewed.release_requested.empty()) {
    out.null();
  } else {
    out.text(renewed.release_requested.front().reason);
  }
}

void write_released(const Exchange&, ReplyWriter& out, lock::Revision, const lock::ReleaseDone& done) {
  out.integer(static_cast<std::int64_t>(done.keys.size()));
}

void write_handle(const Exchange& exchange, ReplyWriter& out, lock::Revision,
                  const lock::LeaseStarted& started) {
  std::string handle;
  exchange.backend().handles.append(handle, started.lease.id);
  out.text(handle);
}

void write_cancelled(const Exchange&, ReplyWriter& out, lock::Revision, const lock::CancelDone& done) {
  out.integer(done.cancelled ? 1 : 0);
}

}  // namespace

void handle_renew(Exchange& exchange) {
  Options in(exchange.arguments().subspan(1));
  service::RenewRequest request{.lease = std::string(in.word("handle"))};
  if (!in.at_end()) request.ttl_ms = in.integer("ttl_ms");
  if (const auto fault = in.finish()) return exchange.refuse(*fault);
  exchange.submit(exchange.backend().checker.renew(exchange.caller(), std::move(request)),
                  encode_or_refuse<lock::Renewed, write_renewed>);
}

void handle_release(Exchange& exchange) {
  Options in(exchange.arguments().subspan(1));
  service::ReleaseRequest request{.lease = std::string(in.word("handle"))};
  if (in.take("KEEP")) request.keep_for_ms = in.integer("KEEP");
  if (in.take("REQUEST")) request.request_id = in.word("REQUEST");
  if (!in.at_end()) {
    const auto keys = in.keys({});
    request.keys.emplace(keys.begin(), keys.end());
  }
  if (const auto fault = in.finish()) return exchange.refuse(*fault);
  if (request.request_id) exchange.call_it(*request.request_id);
  exchange.submit(exchange.backend().checker.release(exchange.caller(), std::move(request)),
                  encode_or_refuse<lock::ReleaseDone, write_released>);
}

void handle_lease(Exchange& exchange) {
  Options in(exchange.arguments().subspan(1));
  service::OpenLeaseRequest request{.ttl_ms = in.integer("ttl_ms"), .owner = exchange.session().name};
  while (!in.at_end()) {
    if (in.take("OWNER")) {
      request.owner = in.word("OWNER");
    } else if (in.take("REQUEST")) {
      request.request_id = in.word("REQUEST");
    } else {
      break;
    }
  }
  if (const auto fault = in.finish()) return exchange.refuse(*fault);
  if (request.request_id) exchange.call_it(*request.request_id);
  exchange.submit(exchange.backend().checker.open_lease(exchange.caller(), std::move(request)),
                  encode_or_refuse<lock::LeaseStarted, write_handle>);
}

void handle_cancel(Exchange& exchange) {
  service::CancelRequest request{.request_id = std::string(exchange.arguments()[1])};
  exchange.call_it(request.request_id);
  exchange.submit(exchange.backend().checker.cancel(exchange.caller(), std::move(request)),
                  encode_or_refuse<lock::CancelDone, write_cancelled>);
}

}  // namespace holdfast::api::resp
