#include "base/md5.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace holdfast {
namespace {

// The values are of RFC 1321, appendix A.5.
TEST(Md5, IsThatOfItsDefinition) {
  EXPECT_EQ(to_hex(md5_of({})), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(md5_of(as_bytes("message digest"))), "f96b697d7cb7938d525a2f31aaf161d0");
}

}  // namespace
}  // namespace holdfast
