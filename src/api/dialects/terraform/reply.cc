#include "api/dialects/terraform/reply.h"

#include "api/dialects/holder.h"
#include "api/dialects/terraform/lock_info.h"
#include "api/http/exchange.h"
#include "api/http/problem.h"

namespace holdfast::api::terraform {
namespace {

constexpr int kLocked = 423;
constexpr int kConflict = 409;

}  // namespace

int write_refusal(const service::Fault& fault, std::string& body) {
  http::JsonWriter out(body);
  out.begin_object();
  out.member("error", fault.detail);
  out.end_object();
  // The lease is the client's lock, not something that the path names.
  return fault.code == service::Code::lease_gone ? kConflict : http::problem_kind(fault.code).status;
}

void tell_refused(http::Exchange& exchange, lock::Revision revision, const lock::Refused& refused) {
  if (!is_taken(refused) && refused.code != lock::Code::already_held)
    return exchange.refuse(http::fault_of(refused));
  exchange.mark_refused(service::code_of(refused.code));
  exchange.body().raw(lock_info_of(refused));
  exchange.answer_at(revision, kLocked);
}

void tell_done(http::Exchange& exchange, lock::Revision revision) {
  exchange.body();
  exchange.answer_at(revision);
}

void tell_outcome(http::Exchange& exchange, lock::Revision revision, const lock::Reply& reply) {
  const auto* const refused = std::get_if<lock::Refused>(&reply);
  refused == nullptr ? tell_done(exchange, revision) : tell_refused(exchange, revision, *refused);
}

}  // namespace holdfast::api::terraform
