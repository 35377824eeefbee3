#include "api/dialects/terraform/content_md5.h"

#include <gtest/gtest.h>

namespace holdfast::api::terraform {
namespace {

TEST(ContentMd5, ComesBack) {
  const Md5 md5 = md5_of(as_bytes("state"));
  EXPECT_EQ(content_md5(md5_of({})), "1B2M2Y8AsgTpgAmY7PhCfg==");
  EXPECT_EQ(**read_content_md5(content_md5(md5)), md5);
  EXPECT_FALSE(read_content_md5("")->has_value());
}

TEST(ContentMd5, RefusesWhatIsNone) {
  for (const char* field : {"1B2M2Y8AsgTpgAmY7PhCfg", "1B2M2Y8AsgTpgAmY7PhCfgA=", "1B2M2Y8AsgTpgAmY7PhCf===",
                            "d41d8cd98f00b204e9800998ecf8427e", "*B2M2Y8AsgTpgAmY7PhCfg==", "="}) {
    EXPECT_FALSE(read_content_md5(field)) << field;
  }
}

}  // namespace
}  // namespace holdfast::api::terraform
