#include <atomic>
#include <fstream>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "journal/file/file_journal_fixture.h"
#include "journal/file/verify.h"

// Which directories may be a journal, and whose.

namespace holdfast::journal::file {
namespace {

using testing::HasSubstr;

class Opening : public FileJournalFixture {
 protected:
  Errc refusal() {
    const auto opened = try_open();
    EXPECT_FALSE(opened);
    return opened ? Errc{} : static_cast<Errc>(opened.error().code.value());
  }
};

// Bug: no lock, or one that only counts within a process.
TEST_F(Opening, OneProcessAtATime) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto opened = try_open();
    (void)!write(ready[1], opened ? "y" : "n", 1);
    for (;;) pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  EXPECT_EQ(refusal(), Errc::in_use);
  EXPECT_EQ(verify(data()).error().code, Errc::in_use);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  open();
  EXPECT_EQ(refusal(), Errc::in_use) << "the same holds within one process";
}

// Bug: a mistyped directory is filled with segments, or emptied.
TEST_F(Opening, AForeignDirectoryIsRefusedAndLeftAlone) {
  std::filesystem::create_directory(data());
  std::ofstream(path_of("family.jpg")) << "precious";
  EXPECT_EQ(refusal(), Errc::not_a_journal);
  EXPECT_EQ(listing().foreign, std::vector<std::string>{"family.jpg"});
  EXPECT_TRUE(listing().spares.empty());
  EXPECT_EQ(verify(data()).error().code, Errc::not_a_journal);
}

// Bug: an empty volume of its own cannot be used.
TEST_F(Opening, TheRootOfAVolumeIsAnEmptyDirectory) {
  std::filesystem::create_directories(path_of("lost+found"));
  open();
  append("a");
}

TEST_F(Opening, MakesMissingDirectoriesAndRefusesAFile) {
  auto nested = open_directory(data() + "/a/b/", true);
  EXPECT_TRUE(nested);
  std::ofstream((scratch_ / "file").string()) << "x";
  EXPECT_FALSE(open_directory((scratch_ / "file").string(), true));
  EXPECT_FALSE(open_directory((scratch_ / "missing").string(), false));
}

// Bug: the number of another field is compared, or local file systems are refused too. Numbers of statfs(2).
TEST_F(Opening, NetworkFileSystemsAreKnown) {
  EXPECT_EQ(remote_file_system(0x6969), "NFS");
  EXPECT_EQ(remote_file_system(0xff534d42), "CIFS");
  for (const std::uint32_t local : {0xef53u, 0x58465342u, 0x9123683eu, 0x01021994u, 0x794c7630u}) {
    EXPECT_FALSE(remote_file_system(local)) << local;
  }
}

// Bug: a newer format is read as if it were this one.
TEST_F(Opening, AnUnknownVersionIsRefused) {
  open();
  append("a");
  close();
  { std::ofstream(path_of(std::string(kMarkerName))) << "holdfast file journal, format 2\n"; }
  EXPECT_EQ(refusal(), Errc::not_a_journal);
  { std::ofstream(path_of(std::string(kMarkerName))) << kMarkerText; }
  overwrite(segment_name(1), offsetof(SegmentHeader, version), as_bytes(std::string_view("\x02", 1)));
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::not_a_journal);
  EXPECT_THAT(opened.error().message(), HasSubstr(path_of(segment_name(1))));
  EXPECT_THAT(opened.error().message(), HasSubstr("version 2"));
}

// Bug: the refusal of a damaged marker sends its bytes to the terminal.
TEST_F(Opening, ADamagedMarkerIsRefusedInPlainText) {
  open();
  append("a");
  close();
  { std::ofstream(path_of(std::string(kMarkerName))) << "\x1b[2J\xe6\n"; }
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::not_a_journal);
  EXPECT_THAT(opened.error().message(), HasSubstr("says \"(no text)\""));
}

// Bug: a journal whose segments were deleted starts again from nothing.
TEST_F(Opening, AJournalWithoutItsSegmentsIsDamaged) {
  open();
  append("a");
  close();
  std::filesystem::remove(path_of(segment_name(1)));
  EXPECT_EQ(refusal(), Errc::damaged);
}

// Bug: a crash while a journal is made leaves a directory that can neither be opened nor made.
TEST_F(Opening, ACreationThatCrashedAnywhereIsBegunAgain) {
  for (int allowed = 0;; ++allowed) {
    std::filesystem::remove_all(data());
    std::atomic<int> operations = 0;
    const bool created = static_cast<bool>(try_open_with([&](const Operation& operation) {
      return Verdict{.error = operations++ < allowed ? 0 : EIO, .written = operation.bytes / 2};
    }));
    open();
    EXPECT_EQ(journal_->head(), Head{}) << allowed;
    append("a");
    close();
    if (created) {
      EXPECT_GT(allowed, 10);
      return;
    }
  }
}

// Bug: spares of another segment size are used, so that a segment is shorter than its options say.
TEST_F(Opening, SparesOfAnotherSizeAreReplaced) {
  open();
  append("a");
  close();
  auto larger = try_open({.segment_bytes = 2 * kMinSegmentBytes, .spare_segments = 2});
  ASSERT_TRUE(larger);
  for (const std::string& name : listing().spares) {
    EXPECT_EQ(std::filesystem::file_size(path_of(name)), 2 * kMinSegmentBytes);
  }
  journal_ = std::move(*larger);
  for (int i = 0; i < 8; ++i) append(std::string(400 * 1024, 'x'));
  close();
  open();
  EXPECT_EQ(journal_->head().sequence, 9u);
}

}  // namespace
}  // namespace holdfast::journal::file
