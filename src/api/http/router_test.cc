#include "api/http/router.h"

#include <gtest/gtest.h>

#include "api/http/dialect.h"

namespace holdfast::api::http {
namespace {

void first(Exchange&) {}
void second(Exchange&) {}

constexpr Route kRoutes[] = {
    {Verb::get, "/v1/things", first},
    {Verb::post, "/v1/things", second},
    {Verb::get, "/v1/things/{id}", first},
    {Verb::get, "/v1/paths/{key...}", first},
    {Verb::put, "/v1/things/{id}/parts/{part}/fresh", second},
    {Verb::get, "/alive", first, kProbe},
};

const RouteTable& table() {
  static const RouteTable kTable({std::span(kRoutes).first(4), std::span(kRoutes).subspan(4)});
  return kTable;
}

const Route* found(Verb method, std::string_view path, Exposure exposure = Exposure::everything) {
  return table().find(method, path, exposure).route;
}

const Route* at(std::size_t index) {
  return &table().all()[index];
}

TEST(Router, FindsByPathAndMethod) {
  EXPECT_EQ(found(Verb::post, "/v1/things"), at(1));
  EXPECT_EQ(found(Verb::head, "/v1/things"), at(0));
  EXPECT_EQ(table().index_of(*found(Verb::post, "/v1/things")), 1u);
  EXPECT_EQ(table().find(Verb::get, "/v1/things/7").values[0], "7");
  EXPECT_EQ(table().find(Verb::get, "/v1/paths/a/b%2Fc").values[0], "a/b%2Fc");
  EXPECT_EQ(table().find(Verb::get, "/v1/paths/").values[0], "");
  EXPECT_NE(found(Verb::get, "/v1/paths/"), nullptr);
}

TEST(Router, TakesSeveralValuesFromOnePath) {
  const RouteMatch match = table().find(Verb::put, "/v1/things/7/parts/left%2Fup/fresh");
  ASSERT_EQ(match.route, at(4));
  EXPECT_EQ(match.values[0], "7");
  EXPECT_EQ(match.values[1], "left%2Fup");
  for (const char* missing : {"/v1/things//parts/a/fresh", "/v1/things/7/parts//fresh",
                              "/v1/things/7/parts/a/b/fresh", "/v1/things/7/parts/a/freshly"}) {
    EXPECT_EQ(found(Verb::put, missing), nullptr) << missing;
  }
}

TEST(Router, ProbesAreAllThatTheirListenersHave) {
  EXPECT_EQ(found(Verb::get, "/alive", Exposure::probes), at(5));
  EXPECT_EQ(found(Verb::get, "/alive"), at(5));
  EXPECT_EQ(found(Verb::get, "/v1/things", Exposure::probes), nullptr);
}

TEST(Router, KnowsWhosePathItIs) {
  static constexpr Dialect kDialect{.content_type = "", .write_refusal = nullptr, .home = "/other/"};
  static constexpr Route kOthers[] = {{Verb::lock, "/other/{name}", first, 0, &kDialect}};
  const RouteTable both({kRoutes, kOthers});
  EXPECT_EQ(both.find(Verb::lock, "/other/a").dialect, &kDialect);
  EXPECT_EQ(both.find(Verb::get, "/other/a").dialect, &kDialect);
  EXPECT_EQ(both.find(Verb::get, "/other/a").allow, "LOCK");
  EXPECT_EQ(both.find(Verb::get, "/other/a/b").dialect, &kDialect);
  EXPECT_EQ(both.find(Verb::get, "/others").dialect, nullptr);
  EXPECT_EQ(both.find(Verb::delete_, "/v1/things").dialect, nullptr);
}

TEST(Router, TellsMissingFromForbidden) {
  EXPECT_EQ(table().find(Verb::delete_, "/v1/things").allow, "GET, HEAD, POST");
  EXPECT_EQ(table().find(Verb::post, "/v1/paths/a").allow, "GET, HEAD");
  for (const char* missing :
       {"/", "/v1", "/v1/things/", "/v1/things/7/8", "/v1/paths", "/V1/things", "//v1/things"}) {
    const RouteMatch match = table().find(Verb::get, missing);
    EXPECT_EQ(match.route, nullptr) << missing;
    EXPECT_TRUE(match.allow.empty()) << missing;
  }
}

}  // namespace
}  // namespace holdfast::api::http
