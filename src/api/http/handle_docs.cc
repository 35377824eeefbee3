#include "api/http/handlers.h"
#include "api/http/static_files.h"

// The calls, described for programs and for people.

namespace holdfast::api::http {
namespace {

// The pages load their own style sheet and nothing else, and run nothing.
constexpr std::string_view kPageFields =
    "Content-Security-Policy: default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\n";

constexpr std::string_view kServer = R"("url": "/")";

void answer_page(Exchange& exchange, std::string_view content) {
  if (const auto query = Query::parse(exchange.query(), {}); !query) return exchange.refuse(query.error());
  exchange.answer_text("text/html; charset=utf-8", std::string(content), kPageFields);
}

}  // namespace

// The document names the paths as clients outside of a proxy see them.
void handle_openapi(Exchange& exchange) {
  if (const auto query = Query::parse(exchange.query(), {}); !query) return exchange.refuse(query.error());
  std::string document(kOpenApi);
  const std::string& base_path = exchange.backend().base_path;
  if (!base_path.empty()) {
    document.replace(document.find(kServer), kServer.size(), R"("url": ")" + base_path + '"');
  }
  exchange.answer_text("application/json", std::move(document));
}

void handle_docs(Exchange& exchange) {
  answer_page(exchange, kDocsIndex);
}

void handle_docs_page(Exchange& exchange) {
  if (exchange.path_value() == "problems") return answer_page(exchange, kDocsProblems);
  if (exchange.path_value() == "style.css") {
    return exchange.answer_text("text/css; charset=utf-8", std::string(kDocsStyle));
  }
  exchange.refuse({service::Code::not_found, "there is no such page", ""});
}

}  // namespace holdfast::api::http
