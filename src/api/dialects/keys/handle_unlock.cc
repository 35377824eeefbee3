#include "api/dialects/keys/body.h"
#include "api/dialects/keys/routes.h"

namespace holdfast::api::keys {

void handle_unlock(http::Exchange& exchange) {
  const auto body = read_body(exchange);
  if (!body) return exchange.refuse(body.error());
  auto uid = read_uid(*body);
  if (!uid) return exchange.refuse(uid.error());
  auto tokens = read_tokens(*body);
  if (!tokens) return exchange.refuse(tokens.error());
  lock::ReleaseEach command{
      .holds = {}, .principal = exchange.caller().principal, .alias = {lock::Dialect::keys, *std::move(uid)}};
  for (Token& token : *tokens) {
    command.holds.push_back({std::move(token.key), lock::FencingToken{token.version}});
  }
  exchange.submit(service::Checked<lock::ReleaseEach>(std::move(command)),
                  [](http::Exchange& to, lock::Revision revision, const lock::Reply& reply) {
                    const auto* const done = std::get_if<lock::ReleaseDone>(&reply);
                    if (done == nullptr) return to.refuse(http::fault_of(std::get<lock::Refused>(reply)));
                    http::JsonWriter out = to.body();
                    out.begin_object();
                    out.key("unlocked");
                    out.begin_array();
                    for (const std::string& key : done->keys) out.text(key);
                    out.end_array();
                    out.end_object();
                    to.answer_at(revision);
                  });
}

}  // namespace holdfast::api::keys
