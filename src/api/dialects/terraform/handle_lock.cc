#include "api/dialects/terraform/content_md5.h"
#include "api/dialects/terraform/lock_info.h"
#include "api/dialects/terraform/name.h"
#include "api/dialects/terraform/reply.h"
#include "api/dialects/terraform/routes.h"
#include "api/http/exchange.h"
#include "lock/view.h"
#include "service/rules.h"

namespace holdfast::api::terraform {
namespace {

using http::Exchange;

// Pauses of Terraform's client grow to 16 s.
constexpr lock::Millis kPlaceKept{40'000};

service::Checked<LockInfo> info_of(Exchange& exchange) {
  const auto md5 = read_content_md5(exchange.asked().content_md5);
  if (!md5) return md5.error();
  if (*md5 && **md5 != md5_of(as_bytes(exchange.asked().body))) {
    return service::invalid("Content-MD5", "the MD5 of the body is another");
  }
  return read_lock_info(exchange.asked().body, exchange.json_memory());
}

void tell_unlocked(Exchange& exchange, lock::Revision revision, const lock::Reply& reply) {
  const auto* const refused = std::get_if<lock::Refused>(&reply);
  // Nobody holds it: it was given back by an attempt whose answer was lost, or broken.
  if (refused == nullptr || refused->code == lock::Code::not_found) return tell_done(exchange, revision);
  tell_refused(exchange, revision, *refused);
}

void unlock(Exchange& exchange, const std::string& key) {
  auto info = info_of(exchange);
  if (!info) return exchange.refuse(info.error());
  exchange.submit(exchange.backend().checker.release(aliased_hold(exchange, key, std::move(info->id))),
                  tell_unlocked);
}

// Whoever holds the key by now: another than the one that was to be broken is none of this call's business.
void tell_broken(Exchange& exchange, const std::string& key) {
  const auto& keeper = exchange.backend().keeper;
  const lock::LockView present = lock::show_lock(keeper.state(), key, keeper.now());
  exchange.body();
  if (present.holders.empty()) return exchange.answer_when_durable();
  exchange.mark_refused(service::Code::held);
  exchange.body().raw(lock_info_of({.key = key, .holders = present.holders}));
  exchange.answer_when_durable(423);
}

// `terraform force-unlock` says nothing but the address: it ends the hold that is there as it comes in.
void force_unlock(Exchange& exchange, const std::string& key) {
  if (!exchange.backend().dialects.terraform.force_unlock) {
    return exchange.refuse({service::Code::permission_denied,
                            "force-unlock is switched off here; holdfast break ends a hold", ""});
  }
  const auto& keeper = exchange.backend().keeper;
  const lock::LockView present = lock::show_lock(keeper.state(), key, keeper.now());
  if (present.holders.empty()) return tell_broken(exchange, key);
  const auto token = static_cast<std::int64_t>(present.holders.front().token.value);
  exchange.submit(exchange.backend().checker.break_hold(
                      exchange.caller(),
                      {.key = key, .fencing_token = token, .now = true, .reason = "terraform force-unlock"}),
                  [key](Exchange& answered, lock::Revision revision, const lock::Reply& reply) {
                    const auto* const refused = std::get_if<lock::Refused>(&reply);
                    if (refused != nullptr && refused->code != lock::Code::not_found)
                      return tell_refused(answered, revision, *refused);
                    tell_broken(answered, key);
                  });
}

}  // namespace

void handle_lock(Exchange& exchange) {
  auto key = key_of(exchange);
  if (!key) return exchange.refuse(key.error());
  auto info = info_of(exchange);
  if (!info) return exchange.refuse(info.error());
  service::PollRequest request{.key = std::move(*key),
                               .alias = {lock::Dialect::terraform, std::move(info->id)},
                               .ttl = exchange.backend().dialects.terraform.default_ttl,
                               .kept = kPlaceKept,
                               .owner = std::move(info->who),
                               .reason = std::move(info->operation),
                               .metadata = std::move(info->json)};
  if (request.owner.empty()) request.owner = exchange.client_address();
  exchange.submit(exchange.backend().checker.poll(exchange.caller(), std::move(request)), tell_outcome);
}

void handle_unlock(Exchange& exchange) {
  const auto key = key_of(exchange);
  if (!key) return exchange.refuse(key.error());
  exchange.asked().body.empty() ? force_unlock(exchange, *key) : unlock(exchange, *key);
}

void handle_delete(Exchange& exchange) {
  const auto key = key_of(exchange);
  if (!key) return exchange.refuse(key.error());
  if (!exchange.asked().body.empty()) return unlock(exchange, *key);
  const auto under = lock_of_query(exchange, *key);
  if (!under) return exchange.refuse(under.error());
  exchange.submit(exchange.backend().checker.remove_document(exchange.caller(), *key, *under), tell_unlocked);
}

}  // namespace holdfast::api::terraform
