#include "api/http/json_reader.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/http/body_fields.h"

namespace holdfast::api::http {
namespace {

std::string nested(int depth) {
  std::string text = "{\"a\":";
  text.append(depth, '[').append(depth, ']');
  return text + "}";
}

TEST(JsonReader, ReadsOneObject) {
  const auto object = read_json(R"( {"a":[1,-2,{"b":null}],"c":"ä\u00e4\n","d":true,"":{}} )", {});
  ASSERT_TRUE(object);
  EXPECT_EQ(boost::json::serialize(*object), R"({"a":[1,-2,{"b":null}],"c":"ää\n","d":true,"":{}})");
}

TEST(JsonReader, RefusesEverythingElse) {
  for (const std::string& bad : {std::string(),
                                 std::string(" "),
                                 std::string("null"),
                                 std::string("[]"),
                                 std::string("1"),
                                 std::string("{"),
                                 std::string("{}{}"),
                                 std::string("{} x"),
                                 std::string("{'a':1}"),
                                 std::string("{\"a\":1,}"),
                                 std::string("{\"a\":01}"),
                                 std::string("{\"a\":+1}"),
                                 std::string("{\"a\":.5}"),
                                 std::string("{\"a\":NaN}"),
                                 std::string("{\"a\" 1}"),
                                 std::string("{a:1}"),
                                 std::string("{\"a\":\"\xff\"}"),
                                 std::string("{\"a\":\"\xc0\xaf\"}"),
                                 std::string("{\"a\":\"\xed\xa0\x80\"}"),
                                 std::string("{\"\xff\":1}"),
                                 std::string("{\"a\":\"\\ud800\"}"),
                                 std::string("{\"a\":\"\n\"}"),
                                 std::string("\xef\xbb\xbf{}"),
                                 std::string("{\"a\":/**/1}"),
                                 std::string("{}\0", 3),
                                 nested(16),
                                 nested(100'000)}) {
    const auto object = read_json(bad, {});
    ASSERT_FALSE(object) << bad.substr(0, 40);
    EXPECT_EQ(object.error().code, service::Code::invalid_argument);
    EXPECT_FALSE(object.error().detail.empty());
  }
  EXPECT_TRUE(read_json(nested(15), {}));
}

// Kills: Boost.JSON's own rule that the last of two members wins.
TEST(JsonReader, RefusesRepeatedMembersAtEveryDepth) {
  EXPECT_EQ(read_json(R"({"a":1,"b":2,"a":1})", {}).error().field, "a");
  EXPECT_EQ(read_json(R"({"x":[{"q":1,"\u0071":2}]})", {}).error().field, "q");
  EXPECT_TRUE(read_json(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]})", {}));
}

TEST(JsonReader, RefusesARepeatedMemberAmongMany) {
  for (const int members : {15, 16, 17, 18, 40, 500}) {
    std::string text = "{\"b\":{\"a0\":0";
    for (int i = 1; i < members; ++i) text += ",\"a" + std::to_string(i) + "\":0";
    EXPECT_TRUE(read_json(text + "},\"a1\":{\"a1\":0}}", {})) << members;
    for (const int again : {0, members / 2, members - 1}) {
      const std::string name = "a" + std::to_string(again);
      const auto read = read_json(text + ",\"" + name + "\":1}}", {});
      ASSERT_FALSE(read) << members << " " << name;
      EXPECT_EQ(read.error().field, name);
    }
  }
}

// Found by a fuzzer: they were read as infinity, and given to others as a number that no reader takes.
TEST(JsonReader, RefusesNumbersThatCannotBeWrittenAgain) {
  for (const std::string_view number : {"1e400", "-1e400", "1e2147483647", "[0.1,1e309]"}) {
    const auto read = read_json("{\"metadata\":{\"n\":" + std::string(number) + "}}", {});
    ASSERT_FALSE(read) << number;
    EXPECT_THAT(read.error().detail, testing::HasSubstr("too large a number")) << number;
  }
  EXPECT_TRUE(read_json(R"({"n":1.7e308,"m":1e-400})", {}));
}

TEST(JsonReader, BoundsTheMembersOfAnObject) {
  std::string text = "{";
  for (std::size_t i = 0; i < kMaxJsonMembers; ++i) text += "\"m" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(read_json(text.substr(0, text.size() - 1) + "}", {}));
  EXPECT_FALSE(read_json(text + "\"more\":0}", {}));
}

struct FieldCase {
  const char* body;
  const char* field;  // "": fine
};

TEST(BodyFields, NamesWhatIsWrong) {
  for (const FieldCase& c : std::vector<FieldCase>{
           {R"({})", "need"},
           {R"({"need":"x"})", ""},
           {R"({"need":"x","n":5,"w":"two","o":{"k":[1]}})", ""},
           {R"({"need":5})", "need"},
           {R"({"need":null})", "need"},
           {R"({"need":["x"]})", "need"},
           {R"({"need":"x","n":"5"})", "n"},
           {R"({"need":"x","n":5.0})", "n"},
           {R"({"need":"x","n":5e0})", "n"},
           {R"({"need":"x","n":true})", "n"},
           {R"({"need":"x","n":9223372036854775807})", ""},
           {R"({"need":"x","n":9223372036854775808})", "n"},
           {R"({"need":"x","n":99999999999999999999999})", "n"},
           {R"({"need":"x","w":"three"})", "w"},
           {R"({"need":"x","w":1})", "w"},
           {R"({"need":"x","o":"{}"})", "o"},
           {R"({"need":"x","o":[]})", "o"},
           {R"({"need":"x","Need":"x"})", "Need"},
           {R"({"need":"x","extra":1})", "extra"},
       }) {
    const auto object = read_json(c.body, {});
    ASSERT_TRUE(object) << c.body;
    BodyFields in(*object);
    std::string need;
    std::optional<std::int64_t> number;
    std::string json;
    in.text("need", need);
    in.require("need");
    in.integer("n", number);
    in.word("w", {"one", "two"});
    in.object_text("o", json);
    const auto fault = in.finish();
    EXPECT_EQ(fault ? fault->field : "", c.field) << c.body;
  }
}

}  // namespace
}  // namespace holdfast::api::http
