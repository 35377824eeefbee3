#include <algorithm>

#include "api/resp/handlers.h"
#include "api/resp/native_reply.h"
#include "api/resp/options.h"

namespace holdfast::api::resp {
namespace {

constexpr std::string_view kOptions[] = {"TTL",      "WAIT",  "SHARED", "EXCLUSIVE", "GROUP",
                                         "PERMITS",  "LIMIT", "OWNER",  "LEASE",     "REQUEST",
                                         "REATTACH", "CLAIM", "REASON", "RETURN"};

void read_option(Options& in, service::AcquireRequest& request) {
  if (in.take("TTL")) {
    request.ttl_ms = in.integer("TTL");
  } else if (in.take("WAIT")) {
    request.wait_ms = in.integer("WAIT");
  } else if (in.take("SHARED")) {
    request.how.mode = lock::Mode::shared;
  } else if (in.take("EXCLUSIVE")) {
    request.how.mode = lock::Mode::exclusive;
  } else if (in.take("GROUP")) {
    request.how.group = in.word("GROUP");
  } else if (in.take("PERMITS")) {
    request.how.permits = in.integer("PERMITS");
  } else if (in.take("LIMIT")) {
    request.how.limit = in.integer("LIMIT");
  } else if (in.take("OWNER")) {
    request.owner = in.word("OWNER");
  } else if (in.take("LEASE")) {
    request.lease = in.word("LEASE");
  } else if (in.take("REQUEST")) {
    request.request_id = in.word("REQUEST");
  } else if (in.take("REATTACH")) {
    request.reattach_ms = in.integer("REATTACH");
  } else if (in.take("CLAIM")) {
    request.claim_ms = in.integer("CLAIM");
  } else if (in.take("REASON")) {
    request.reason = in.word("REASON");
  } else if (in.take("RETURN")) {
    request.on_held = lock::OnHeld::return_hold;
  } else {
    in.fail("", "this is no option of ACQUIRE; keys come first, or after KEYS and their number");
  }
}

// Told again to a retry, a grant may have lost keys meanwhile: those have no token any more.
void write_token(ReplyWriter& out, const std::vector<lock::Grant>& grants, const std::string& key) {
  const auto grant = std::ranges::find(grants, key, &lock::Grant::key);
  if (grant == grants.end()) return out.null();
  out.integer(static_cast<std::int64_t>(grant->token.value));
}

void write_acquired(const Exchange& exchange, ReplyWriter& out, lock::Revision revision,
                    const lock::Acquired& acquired) {
  std::string handle;
  exchange.backend().handles.append(handle, acquired.lease.id);
  const bool several = !exchange.keys.empty();
  out.array(4 + (several ? exchange.keys.size() : acquired.grants.size()));
  out.text(handle);
  out.integer(acquired.lease.ttl.count());
  out.integer(acquired.waited.count());
  out.integer(static_cast<std::int64_t>(revision.value));
  if (several) {
    for (const std::string& key : exchange.keys) write_token(out, acquired.grants, key);
  } else {
    for (const lock::Grant& grant : acquired.grants)
      out.integer(static_cast<std::int64_t>(grant.token.value));
  }
}

}  // namespace

void handle_acquire(Exchange& exchange) {
  Options in(exchange.arguments().subspan(1));
  service::AcquireRequest request{.owner = exchange.session().name};
  const auto keys = in.keys(kOptions);
  if (keys.size() > 1) exchange.keys.assign(keys.begin(), keys.end());
  request.keys.reserve(keys.size());
  for (const std::string_view key : keys) {
    request.keys.push_back({.key = std::string(key), .how = {}, .field = "key"});
  }
  while (!in.at_end()) read_option(in, request);
  if (const auto fault = in.finish()) return exchange.refuse(*fault);
  if (request.request_id) exchange.call_it(*request.request_id);
  exchange.submit(exchange.backend().checker.acquire(exchange.caller(), std::move(request)),
                  encode_or_refuse<lock::Acquired, write_acquired>);
}

}  // namespace holdfast::api::resp
