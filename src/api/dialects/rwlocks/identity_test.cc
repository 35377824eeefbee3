#include "api/dialects/rwlocks/identity.h"

#include <gtest/gtest.h>

namespace holdfast::api::rwlocks {
namespace {

TEST(Identity, IsReadFromTheDescription) {
  const Identity made = make_identity(lock::WallTime(lock::Millis(1'795'000'000'123)));
  EXPECT_EQ(made.id.size(), 36u);
  EXPECT_EQ(made.id[14], '4');
  EXPECT_EQ(made.created_at, "2026-11-18T11:06:40.123000+00:00");
  EXPECT_EQ(description_of(made), "read-write lock " + made.id + ", created " + made.created_at);
  const Identity read = identity_in(description_of(made), "rw/a/b");
  EXPECT_EQ(read.id, made.id);
  EXPECT_EQ(read.created_at, made.created_at);
  EXPECT_NE(make_identity({}).id, made.id);
}

TEST(Identity, IsMadeOfTheKeyWhereTheDescriptionIsAnother) {
  for (const char* other : {"", "my lock", "read-write lock x, created y"}) {
    const Identity identity = identity_in(other, "rw/a/b");
    EXPECT_EQ(identity.id.size(), 36u);
    EXPECT_EQ(identity.id, identity_in("", "rw/a/b").id);
    EXPECT_NE(identity.id, identity_in("", "rw/a/c").id);
    EXPECT_EQ(identity.created_at, "1970-01-01T00:00:00.000000+00:00");
  }
}

}  // namespace
}  // namespace holdfast::api::rwlocks
