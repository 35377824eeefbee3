#include "journal/file/file_journal_fixture.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace holdfast::journal::file {

void FileJournalFixture::SetUp() {
  std::string pattern = (std::filesystem::temp_directory_path() / "holdfast-file-journal-XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  scratch_ = pattern;
}

void FileJournalFixture::TearDown() {
  journal_.reset();
  std::filesystem::remove_all(scratch_);
}

Result<std::unique_ptr<Journal>> FileJournalFixture::try_open(const OpenOptions& options) {
  return try_open_with([](const Operation&) { return Verdict{}; }, options);
}

Result<std::unique_ptr<Journal>> FileJournalFixture::try_open_with(Script script,
                                                                   const OpenOptions& options) {
  auto directory = open_directory(data(), true);
  if (!directory) return directory.error();
  return FileJournal::open(make_faulty_directory(std::move(*directory), std::move(script)), options,
                           [this](std::string warning) { warnings_.push_back(std::move(warning)); });
}

void FileJournalFixture::open() {
  auto opened = try_open();
  ASSERT_TRUE(opened) << opened.error().message();
  journal_ = std::move(*opened);
}

Result<Append> FileJournalFixture::try_append(std::string_view text) {
  AppendId id{};
  id[0] = static_cast<std::byte>(++ids_);
  return journal_->append(journal_->head(), id, as_bytes(text));
}

void FileJournalFixture::append(std::string_view text) {
  const auto done = try_append(text);
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_EQ(*done, Append::written);
}

void FileJournalFixture::take_snapshot(std::string_view state) {
  auto writer = journal_->begin_snapshot(journal_->head());
  ASSERT_TRUE(writer) << writer.error().message();
  ASSERT_TRUE((*writer)->write(as_bytes(state)));
  const auto committed = (*writer)->commit();
  ASSERT_TRUE(committed) << committed.error().message();
}

std::vector<std::string> FileJournalFixture::entries_from(std::uint64_t first) {
  std::vector<std::string> texts;
  const auto read = journal_->read(first, [&](std::uint64_t, ByteView entry) -> Result<void> {
    texts.emplace_back(as_text(entry));
    return {};
  });
  EXPECT_TRUE(read) << read.error().message();
  return texts;
}

Result<LogScan> FileJournalFixture::scan() {
  auto directory = open_directory(data(), false);
  if (!directory) return directory.error();
  const auto cached = make_faulty_directory(std::move(*directory), [](const Operation& operation) {
    return Verdict{.pretend = operation.kind == Operation::Kind::settle};
  });
  const auto names = list_journal(*cached);
  if (!names) return names.error();
  return scan_log(*cached, *names, {});
}

Listing FileJournalFixture::listing() {
  auto directory = open_directory(data(), false);
  auto names = directory ? list_journal(**directory) : Result<Listing>(directory.error());
  EXPECT_TRUE(names);
  return names ? *names : Listing{};
}

void FileJournalFixture::wait_for(const std::function<bool(const Listing&)>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition(listing())) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

Bytes FileJournalFixture::file_bytes(const std::string& name) {
  std::ifstream in(path_of(name), std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

void FileJournalFixture::overwrite(const std::string& name, std::uint64_t offset, ByteView bytes) {
  std::fstream out(path_of(name), std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(offset));
  out.write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  ASSERT_TRUE(out);
}

void FileJournalFixture::flip(const std::string& name, std::uint64_t offset, std::uint8_t mask) {
  std::fstream file(path_of(name), std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(offset));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ mask));
  file.close();
  ASSERT_TRUE(file);
}

}  // namespace holdfast::journal::file
