#include "api/http/router.h"

#include <gtest/gtest.h>

namespace holdfast::api::http {
namespace {

void first(Exchange&) {}
void second(Exchange&) {}

constexpr Route kRoutes[] = {
    {Verb::get, "/v1/things", first},
    {Verb::post, "/v1/things", second},
    {Verb::get, "/v1/things/{id}", first},
    {Verb::get, "/v1/paths/{key...}", first},
};

TEST(Router, FindsByPathAndMethod) {
  EXPECT_EQ(find_route(kRoutes, Verb::post, "/v1/things").route, &kRoutes[1]);
  EXPECT_EQ(find_route(kRoutes, Verb::head, "/v1/things").route, &kRoutes[0]);
  EXPECT_EQ(find_route(kRoutes, Verb::get, "/v1/things/7").rest, "7");
  EXPECT_EQ(find_route(kRoutes, Verb::get, "/v1/paths/a/b%2Fc").rest, "a/b%2Fc");
  EXPECT_EQ(find_route(kRoutes, Verb::get, "/v1/paths/").rest, "");
  EXPECT_NE(find_route(kRoutes, Verb::get, "/v1/paths/").route, nullptr);
}

TEST(Router, TellsMissingFromForbidden) {
  EXPECT_EQ(find_route(kRoutes, Verb::delete_, "/v1/things").allow, "GET, HEAD, POST");
  EXPECT_EQ(find_route(kRoutes, Verb::post, "/v1/paths/a").allow, "GET, HEAD");
  for (const char* missing :
       {"/", "/v1", "/v1/things/", "/v1/things/7/8", "/v1/paths", "/V1/things", "//v1/things"}) {
    const RouteMatch match = find_route(kRoutes, Verb::get, missing);
    EXPECT_EQ(match.route, nullptr) << missing;
    EXPECT_TRUE(match.allow.empty()) << missing;
  }
}

}  // namespace
}  // namespace holdfast::api::http
