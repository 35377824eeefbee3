#include <cerrno>
#include <fstream>

#include <gmock/gmock.h>

#include "journal/file/file_journal_fixture.h"
#include "journal/file/object_store.h"
#include "journal/file/verify.h"
#include "journal/file/volatile_directory.h"

// Objects as files: whole or refused by name, whatever happens while they are written.

namespace holdfast::journal::file {
namespace {

using testing::HasSubstr;

constexpr ObjectId kId{std::byte{0xab}, std::byte{1}};
constexpr ObjectId kOther{std::byte{0xab}, std::byte{2}};

class ObjectFiles : public FileJournalFixture {
 protected:
  void put(const ObjectId& id, std::string_view text) {
    open();
    append("entry");
    ASSERT_TRUE(journal_->objects().put(id, as_bytes(text)));
    close();
  }
  Result<Bytes> get(const ObjectId& id) {
    open();
    auto got = journal_->objects().get(id);
    close();
    return got;
  }

  const std::string name_ = object_name(kId);
};

// Bug: a field outside every checksum.
TEST_F(ObjectFiles, EveryFlippedBitIsRefusedWithTheFile) {
  put(kId, "state");
  const std::size_t size = file_bytes(name_).size();
  for (std::size_t offset = 0; offset < size; ++offset) {
    const auto mask = static_cast<std::uint8_t>(1u << (offset % 8));
    flip(name_, offset, mask);
    const auto got = get(kId);
    ASSERT_FALSE(got) << offset;
    EXPECT_THAT(got.error().message(), HasSubstr(path_of(name_))) << offset;
    const auto report = verify(data());
    EXPECT_TRUE(!report || report->damages.size() == 1) << offset;
    flip(name_, offset, mask);
  }
  EXPECT_EQ(as_text(*get(kId)), "state");
  EXPECT_EQ(verify(data())->objects, 1u);
}

// Bug: a file that was moved to another's name is taken for that.
TEST_F(ObjectFiles, OneUnderAnothersNameIsDamage) {
  put(kId, "state");
  std::filesystem::rename(path_of(name_), path_of(object_name(kOther)));
  EXPECT_THAT(get(kOther).error().message(), HasSubstr("another object"));
  EXPECT_THAT(get(kId).error().message(), HasSubstr("gone"));
  EXPECT_EQ(verify(data())->damages.size(), 1u);
}

// Bug: a failed write leaves a file that counts, or one that nothing ever removes.
TEST_F(ObjectFiles, AFailedPutLeavesNothing) {
  for (const auto kind :
       {Operation::Kind::create, Operation::Kind::write, Operation::Kind::settle, Operation::Kind::rename}) {
    const auto fail = [&](const Operation& operation) -> Verdict {
      return {.error = operation.kind == kind && operation.name.starts_with("object-") ? ENOSPC : 0};
    };
    auto opened = try_open_with(fail);
    ASSERT_TRUE(opened);
    journal_ = *std::move(opened);
    EXPECT_FALSE(journal_->objects().put(kId, as_bytes("state")));
    EXPECT_TRUE(journal_->objects().list()->empty());
    append("the log is unharmed");
    close();
    EXPECT_TRUE(listing().partial.empty());
  }
}

TEST_F(ObjectFiles, WhatAKilledProcessLeftIsRemoved) {
  put(kId, "state");
  std::ofstream(path_of(partial_name(object_name(kOther)))) << "half";
  open();
  EXPECT_TRUE(listing().partial.empty());
  EXPECT_EQ(journal_->objects().list()->size(), 1u);
}

// Bug: a rename that is told before the directory was synced.
TEST_F(ObjectFiles, WhatWasPutSurvivesAPowerCut) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const ObjectId id{static_cast<std::byte>(seed)};
    {
      PowerModel model(data(), {.seed = seed});
      auto journal = FileJournal::open(model.directory(), kOptions, [](const std::string&) {});
      ASSERT_TRUE(journal);
      ASSERT_TRUE((*journal)->objects().put(id, as_bytes("state")));
      journal->reset();
      model.cut();
    }
    EXPECT_EQ(as_text(*get(id)), "state") << seed;
  }
}

}  // namespace
}  // namespace holdfast::journal::file
