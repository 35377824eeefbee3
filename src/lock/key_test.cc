#include "lock/key.h"

#include <string>

#include <gtest/gtest.h>

namespace holdfast::lock {
namespace {

using namespace std::string_literals;

TEST(Key, TakesWhatIsOne) {
  for (const std::string& key : {
           "a"s,
           "deploy/prod"s,
           "a.b/c..d/..."s,
           " "s,
           "~"s,
           "-"s,
           "KEYS"s,
           "ä/ö"s,
           "e\u0301"s,
           "\u00a0"s,            // the first after the C1 controls
           "\xdf\xbf"s,          // U+07FF, the last of two bytes
           "\xe0\xa0\x80"s,      // U+0800, the first of three
           "\xed\x9f\xbf"s,      // U+D7FF, the last before the surrogates
           "\xee\x80\x80"s,      // U+E000, the first after them
           "\xef\xbf\xbf"s,      // U+FFFF
           "\xf0\x90\x80\x80"s,  // U+10000, the first of four
           "\xf4\x8f\xbf\xbf"s,  // U+10FFFF, the last of all
           std::string(512, 'k'),
       }) {
    EXPECT_EQ(key_fault(key), std::nullopt) << key;
  }
}

struct Bad {
  std::string key;
  std::string fault;
};

TEST(Key, RefusesTheRestAndSaysWhy) {
  const std::string empty = "has an empty segment: it starts or ends with '/' or has '//'";
  const std::string utf8 = "is not valid UTF-8";
  const std::string control = "has a control character";
  for (const Bad& bad : {
           Bad{"", "is empty"},
           Bad{std::string(513, 'k'), "is longer than 512 bytes"},
           Bad{"/a", empty},
           Bad{"a/", empty},
           Bad{"a//b", empty},
           Bad{"/", empty},
           Bad{".", "has the segment '.'"},
           Bad{"a/./b", "has the segment '.'"},
           Bad{"..", "has the segment '..'"},
           Bad{"a/..", "has the segment '..'"},
           Bad{"../a", "has the segment '..'"},
           Bad{"a\0b"s, control},
           Bad{"a\nb", control},
           Bad{"\x1f", control},
           Bad{"\x7f", control},
           Bad{"\u0080", control},
           Bad{"\u009f", control},
           Bad{"\x80", utf8},          // a continuation alone
           Bad{"\xc3", utf8},          // cut off
           Bad{"\xe2\x82", utf8},      // cut off
           Bad{"\xf0\x9f\x98", utf8},  // cut off
           Bad{"\xc3(", utf8},         // not a continuation
           Bad{"\xe2\x82(", utf8},
           Bad{"\xc0\xaf", utf8},  // overlong '/'
           Bad{"\xc1\xbf", utf8},
           Bad{"\xe0\x80\xaf", utf8},  // overlong '/'
           Bad{"\xe0\x9f\xbf", utf8},
           Bad{"\xf0\x80\x80\xaf", utf8},  // overlong '/'
           Bad{"\xf0\x8f\xbf\xbf", utf8},
           Bad{"\xed\xa0\x80", utf8},      // U+D800
           Bad{"\xed\xbf\xbf", utf8},      // U+DFFF
           Bad{"\xf4\x90\x80\x80", utf8},  // U+110000
           Bad{"\xf5\x80\x80\x80", utf8},
           Bad{"\xff", utf8},
           Bad{"\xfe\xff", utf8},
       }) {
    EXPECT_EQ(key_fault(bad.key), bad.fault) << ::testing::PrintToString(bad.key);
  }
}

TEST(Key, TextMayHaveControlsButMustBeUtf8) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("line\nline\t\x7f"));
  EXPECT_TRUE(is_utf8("\0"s));
  EXPECT_FALSE(is_utf8("a\xc0\xaf"));
  EXPECT_FALSE(is_utf8("a\xed\xa0\x80"));
  EXPECT_FALSE(is_utf8("a\xf0\x9f"));
}

}  // namespace
}  // namespace holdfast::lock
