#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lock/event_view_codec.h"
#include "service/history/memory_directory.h"
#include "service/history/reader.h"
#include "service/history/store.h"

// What the tests of history share: chunks made by hand, and a disk that outlives its stores.

namespace holdfast::service::history::testing {

inline const keeper::CellName kCell{.id = {std::byte{1}}, .incarnation = 1};

// One event for each revision after `after` and up to `through`.
inline keeper::EventChunk chunk(std::uint64_t after, std::uint64_t through, keeper::CellName cell = kCell,
                                lock::WallTime at = {}) {
  keeper::EventChunk made{.cell = cell,
                          .after = lock::Revision{after},
                          .through = lock::Revision{through},
                          .at = at,
                          .count = through - after};
  ByteWriter out(made.views);
  for (std::uint64_t revision = after + 1; revision <= through; ++revision) {
    lock::encode_view(lock::EventView{.revision = lock::Revision{revision},
                                      .at = at,
                                      .kind = lock::EventKind::key_opened,
                                      .keys = {{.key = "key-" + std::to_string(revision)}}},
                      out);
  }
  return made;
}

// Says how far history reaches, as a snapshot does.
inline keeper::EventChunk mark(std::uint64_t after, std::uint64_t through) {
  return {.cell = kCell, .after = lock::Revision{after}, .through = lock::Revision{through}};
}

// Hands every call on to a directory that is shared with the next store.
class SharedDirectory final : public journal::file::Directory {
 public:
  explicit SharedDirectory(journal::file::Directory& inner) : inner_(inner) {}
  const std::string& path() const override { return inner_.path(); }
  Result<std::unique_ptr<journal::file::File>> open(const std::string& name,
                                                    journal::file::OpenMode mode) override {
    return inner_.open(name, mode);
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    return inner_.rename(from, to);
  }
  Result<void> remove(const std::string& name) override { return inner_.remove(name); }
  Result<std::vector<std::string>> list() override { return inner_.list(); }
  Result<void> sync() override { return inner_.sync(); }
  Result<void> lock() override { return inner_.lock(); }

 private:
  journal::file::Directory& inner_;
};

using Revisions = std::vector<std::uint64_t>;

inline Revisions from_to(std::uint64_t first, std::uint64_t last) {
  Revisions all;
  for (std::uint64_t revision = first; revision <= last; ++revision) all.push_back(revision);
  return all;
}

// Every event that a watcher gets who was at `after`.
inline Revisions forward(Store& store, std::uint64_t after) {
  Revisions seen;
  for (lock::Revision at{after};;) {
    const lock::Revision through =
        read_forward(store.segments(), at, [&](std::uint64_t, const lock::EventView& event) {
          seen.push_back(event.revision.value);
          return seen.size() % 7 != 0;
        });
    if (through == at) return seen;
    at = through;
  }
}

inline Revisions backward(Store& store, std::uint64_t before = 0, std::size_t most = 1'000) {
  Revisions seen;
  EXPECT_TRUE(read_backward(store.segments(), lock::Revision{before}, most,
                            [&](std::uint64_t, const lock::EventView& event) {
                              seen.push_back(event.revision.value);
                              return true;
                            }));
  return seen;
}

}  // namespace holdfast::service::history::testing
