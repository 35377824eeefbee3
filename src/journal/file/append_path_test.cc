#include <cstdint>
#include <cstdlib>
#include <new>

#include "journal/file/file_journal_fixture.h"

// What an append costs besides the write itself. Allocations are counted in the whole program; only those of
// the thread that asks count.

namespace {
thread_local std::uint64_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace holdfast::journal::file {
namespace {

class AppendPath : public FileJournalFixture {};

// Bug: an error text, a name or a buffer is made on the path of every append.
TEST_F(AppendPath, AllocatesNothing) {
  auto directory = open_directory(data(), true);
  ASSERT_TRUE(directory);
  auto journal = FileJournal::open(std::move(*directory), kOptions, [](const std::string&) {});
  ASSERT_TRUE(journal);
  const Bytes entry(8192, std::byte{7});
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t before = allocations;
    const bool room = (*journal)->reserve(entry.size()).has_value();
    const auto done = (*journal)->append((*journal)->head(), AppendId{}, entry);
    const std::uint64_t after = allocations;
    ASSERT_TRUE(room && done && *done == Append::written);
    // The first one makes the thread's hash context.
    if (i > 0) {
      EXPECT_EQ(after, before);
    }
  }
}

}  // namespace
}  // namespace holdfast::journal::file
