#include "base/sha256.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace holdfast {
namespace {

TEST(Sha256, KnowsThePublishedExample) {
  Sha256 hash;
  hash.update(as_bytes("a"));
  hash.update(as_bytes("bc"));
  EXPECT_EQ(to_hex(hash.finish()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, BeginsAnewAfterTheEnd) {
  Sha256 hash;
  hash.update(as_bytes("abc"));
  (void)hash.finish();
  EXPECT_EQ(to_hex(hash.finish()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace holdfast
