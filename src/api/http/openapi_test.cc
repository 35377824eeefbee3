#include <algorithm>
#include <map>
#include <set>

#include <boost/beast/http/verb.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include "api/http/problem.h"
#include "api/http/routes.h"
#include "api/http/static_files.h"

// The document against the code: every route, every code, and nothing else.

namespace holdfast::api::http {
namespace {

namespace json = boost::json;

constexpr std::string_view kFile = "src/api/http/openapi/openapi.json";

const json::object& document() {
  static const json::value kDocument = json::parse(kOpenApi);
  return kDocument.as_object();
}

std::string_view view(json::string_view text) {
  return {text.data(), text.size()};
}

// "get" and "/v1/locks/{key}" of a route whose pattern is "/v1/locks/{key...}".
std::pair<std::string, std::string> documented_as(const Route& route) {
  const auto verb = boost::beast::http::to_string(route.method);
  std::string method(verb.data(), verb.size());
  std::transform(method.begin(), method.end(), method.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  std::string path(route.pattern);
  if (const std::size_t dots = path.find("...}"); dots != path.npos) path.erase(dots, 3);
  return {method, path};
}

TEST(OpenApi, EveryRouteIsDocumented) {
  const json::object& paths = document().at("paths").as_object();
  for (const Route& route : native_routes()) {
    const auto [method, path] = documented_as(route);
    const json::value* item = paths.if_contains(path);
    EXPECT_TRUE(item != nullptr && item->as_object().contains(method))
        << "describe the call: add \"" << path << "\" with \"" << method << "\" to paths in " << kFile
        << ", then run openapi/render.py, and add it to the scenario of tests/integration/test_openapi.py";
  }
}

TEST(OpenApi, NothingElseIsDocumented) {
  std::set<std::pair<std::string, std::string>> known;
  for (const Route& route : native_routes()) known.insert(documented_as(route));
  for (const auto& [path, item] : document().at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      EXPECT_TRUE(known.contains({std::string(method), std::string(path)}))
          << method << " " << path << " is in " << kFile << " and not in the route table";
    }
  }
}

TEST(OpenApi, EveryCodeIsDocumentedWithItsStatus) {
  const json::object& problems = document().at("x-problems").as_object();
  const json::object& problem = document().at("components").at("schemas").at("Problem").as_object();
  const json::array& words = problem.at("properties").at("code").at("enum").as_array();
  EXPECT_EQ(problems.size(), service::kCodeCount);
  EXPECT_EQ(words.size(), service::kCodeCount);
  for (std::size_t i = 0; i < service::kCodeCount; ++i) {
    const auto code = static_cast<service::Code>(i);
    const std::string name(service::name_of(code));
    EXPECT_NE(std::find(words.begin(), words.end(), json::value(name)), words.end())
        << "add " << name << " to components.schemas.Problem.properties.code.enum in " << kFile;
    const json::value* documented = problems.if_contains(name);
    ASSERT_NE(documented, nullptr) << "add " << name << " to x-problems in " << kFile;
    EXPECT_EQ(documented->at("status").as_int64(), problem_kind(code).status) << name;
    EXPECT_EQ(view(documented->at("title").as_string()), problem_kind(code).title) << name;
    EXPECT_FALSE(documented->at("remedy").as_string().empty()) << name;
  }
}

// Each reply that is a refusal names its codes, which are codes of that status.
TEST(OpenApi, RepliesNameCodesOfTheirStatus) {
  std::map<std::string, std::string, std::less<>> statuses;
  for (const auto& [code, problem] : document().at("x-problems").as_object()) {
    statuses[code] = std::to_string(problem.at("status").as_int64());
  }
  std::set<std::string> named;
  for (const auto& [path, item] : document().at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      for (const auto& [status, reply] : operation.at("responses").as_object()) {
        if (!reply.as_object().contains("$ref")) continue;
        const std::string_view text = view(reply.at("description").as_string());
        for (std::size_t at = 0; (at = text.find('`', at)) != text.npos;) {
          const std::size_t end = text.find('`', at + 1);
          const std::string code(text.substr(at + 1, end - at - 1));
          EXPECT_EQ(statuses[code], std::string(status)) << code << " of " << method << " " << path;
          named.insert(code);
          at = end + 1;
        }
      }
    }
  }
  for (const auto& [code, status] : statuses) {
    EXPECT_TRUE(named.contains(code) || code == "method_not_allowed") << "no call names " << code;
  }
}

TEST(OpenApi, TheVersionIsTheServers) {
  EXPECT_EQ(view(document().at("info").at("version").as_string()), HOLDFAST_VERSION);
}

}  // namespace
}  // namespace holdfast::api::http
