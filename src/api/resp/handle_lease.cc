#include "api/resp/handlers.h"
#include "api/resp/native_reply.h"
#include "api/resp/options.h"

// The verbs on a lease that its owner has: renew, release.

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
  exchange.submit(exchange.backend().checker.release(exchange.caller(), std::move(request)),
                  encode_or_refuse<lock::ReleaseDone, write_released>);
}

}  // namespace holdfast::api::resp
