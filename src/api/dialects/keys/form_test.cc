#include "api/dialects/keys/form.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace holdfast::api::keys {
namespace {

std::string read(std::string_view body) {
  const auto object = read_form(body, {});
  return object ? boost::json::serialize(*object) : "refused: " + object.error().detail;
}

TEST(Form, ReadsTextsAndLists) {
  EXPECT_EQ(read(""), "{}");
  EXPECT_EQ(read("uid=a+b&keys=k%201&exp="), R"({"uid":"a b","keys":"k 1","exp":""})");
  EXPECT_EQ(read("keys=a&keys=b&keys=c"), R"({"keys":["a","b","c"]})");
  EXPECT_EQ(read("keys[]=a&keys%5B%5D=b"), R"({"keys":["a","b"]})");
}

TEST(Form, ReadsListsOfObjects) {
  EXPECT_EQ(read("keys[0][key]=a&keys[0][version]=1&keys[1][key]=b&keys[1][version]=2"),
            R"({"keys":[{"key":"a","version":"1"},{"key":"b","version":"2"}]})");
}

TEST(Form, RefusesWhatCannotBe) {
  EXPECT_TRUE(read("a=%zz").starts_with("refused"));
  EXPECT_TRUE(read("a=%ff").starts_with("refused"));
  EXPECT_TRUE(read("a=1&a[b]=2").starts_with("refused"));
  EXPECT_TRUE(read("a[b]=1&a=2").starts_with("refused"));
  std::string many;
  for (std::size_t i = 0; i <= kMaxFormFields; ++i) many += "a&";
  EXPECT_TRUE(read(many).starts_with("refused"));
}

TEST(Form, TakesOddNamesAsTheyAre) {
  EXPECT_EQ(read("a]=1&b[=2&[c]=3"), R"({"a]":"1","b[":"2","[c]":"3"})");
}

}  // namespace
}  // namespace holdfast::api::keys
