#include "api/dialects/terraform/content_md5.h"
#include "api/dialects/terraform/name.h"
#include "api/dialects/terraform/reply.h"
#include "api/dialects/terraform/routes.h"
#include "api/http/exchange.h"
#include "api/http/response.h"
#include "keeper/documents.h"

namespace holdfast::api::terraform {
namespace {

using http::Exchange;
using service::Code;

void tell_state(Exchange& exchange, Result<std::optional<keeper::Document>>& found) {
  if (!found) return exchange.refuse({Code::journal_unavailable, "the state could not be read", ""});
  if (!*found) return exchange.refuse({Code::not_found, "there is no state of this name", ""});
  if ((*found)->text.size() > http::BodyBounds{}.bytes && !exchange.take_burden()) {
    return exchange.refuse({Code::too_many_requests, "as many large states are being sent as can be", ""});
  }
  const std::string field = "Content-MD5: " + content_md5((*found)->md5) + "\r\n";
  exchange.answer_text(http::kJson, std::move((*found)->text), field);
}

}  // namespace

void handle_read_state(Exchange& exchange) {
  const auto key = key_of(exchange);
  if (!key) return exchange.refuse(key.error());
  keeper::Documents& documents = exchange.backend().keeper.documents();
  if (documents.busy()) {
    return exchange.refuse({Code::too_many_requests, "as many states are being read as can be", ""});
  }
  documents.read(*key, exchange.go_on([](Exchange& self, Result<std::optional<keeper::Document>> found) {
    tell_state(self, found);
  }));
}

void handle_store_state(Exchange& exchange) {
  const auto key = key_of(exchange);
  if (!key) return exchange.refuse(key.error());
  const auto under = lock_of_query(exchange, *key);
  if (!under) return exchange.refuse(under.error());
  const auto md5 = read_content_md5(exchange.asked().content_md5);
  if (!md5) return exchange.refuse(md5.error());
  auto command = exchange.backend().checker.store_document(exchange.caller(), *key, *under);
  if (!command) return exchange.refuse(command.error());
  exchange.backend().keeper.documents().store(
      *std::move(command), std::move(exchange.request().body), *md5,
      exchange.go_on([](Exchange& self, lock::Revision revision, const lock::Reply& reply) {
        tell_outcome(self, revision, reply);
      }));
}

}  // namespace holdfast::api::terraform
