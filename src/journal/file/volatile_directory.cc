#include "journal/file/volatile_directory.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <vector>

#include "base/assert.h"

namespace holdfast::journal::file {
namespace {

constexpr std::size_t kSectorBytes = 512;

struct UnsyncedWrite {
  std::uint64_t offset;
  Bytes before;
  std::uint64_t size_before;
};

// A file whatever its name.
struct Node {
  std::vector<UnsyncedWrite> unsynced;
};

void restore(const std::string& path, const UnsyncedWrite& write) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(write.offset));
  file.write(as_text(write.before).data(), static_cast<std::streamsize>(write.before.size()));
  file.close();
  HOLDFAST_ASSERT(file.good());
  std::filesystem::resize_file(path, write.size_before);
}

}  // namespace

class PowerModel::State {
 public:
  State(std::string path, Options options)
      : path_(std::move(path)), options_(options), coin_(options.seed), real_(*open_directory(path_, true)) {}

  // Counts one operation; false when the machine is dead.
  bool alive() {
    dead_ = dead_ || ++count_ > options_.operations;
    return !dead_;
  }

  // Whether the operation that was counted last is the one during which the machine dies.
  bool dies_now() {
    dead_ = dead_ || count_ == options_.operations;
    return dead_;
  }

  std::string path_of(const std::string& name) const { return path_ + "/" + name; }

  std::mutex mutex_;  // held during every operation
  std::string path_;
  Options options_;
  std::uint64_t count_ = 0;
  bool dead_ = false;
  std::mt19937_64 coin_;
  std::unique_ptr<Directory> real_;
  std::map<std::string, std::shared_ptr<Node>> nodes_;  // by present name
  std::vector<std::function<void()>> unsynced_names_;   // what undoes each, in the order they were made
};

class PowerModel::ModelFile final : public File {
 public:
  ModelFile(std::shared_ptr<State> state, std::unique_ptr<File> real, std::shared_ptr<Node> node,
            bool write_through)
      : state_(std::move(state)),
        real_(std::move(real)),
        node_(std::move(node)),
        write_through_(write_through) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    const std::lock_guard lock(state_->mutex_);
    return real_->read(offset, out);
  }

  // The write during which the machine dies gets half of its sectors to the disk.
  Result<void> write(std::uint64_t offset, ByteView bytes) override {
    const std::lock_guard lock(state_->mutex_);
    if (!state_->alive()) return errno_error("dead", EIO);
    const bool last = state_->dies_now();
    if (last) bytes = bytes.first(bytes.size() / 2 / kSectorBytes * kSectorBytes);
    if (!write_through_) {
      UnsyncedWrite undo{offset, Bytes(bytes.size()), real_->size().value()};
      undo.before.resize(real_->read(offset, undo.before).value());
      node_->unsynced.push_back(std::move(undo));
    }
    auto written = real_->write(offset, bytes);
    return last ? Result<void>(errno_error("dying", EIO)) : written;
  }

  Result<void> sync() override {
    const std::lock_guard lock(state_->mutex_);
    if (!state_->alive()) return errno_error("dead", EIO);
    node_->unsynced.clear();
    return {};
  }

  Result<void> settle() override { return sync(); }

  Result<std::uint64_t> size() override {
    const std::lock_guard lock(state_->mutex_);
    return real_->size();
  }

 private:
  std::shared_ptr<State> state_;
  std::unique_ptr<File> real_;
  std::shared_ptr<Node> node_;
  bool write_through_;
};

class PowerModel::ModelDirectory final : public Directory {
 public:
  explicit ModelDirectory(std::shared_ptr<State> state) : state_(std::move(state)) {}

  const std::string& path() const override { return state_->path_; }

  Result<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override {
    const std::lock_guard lock(state_->mutex_);
    if (!state_->alive()) return errno_error("dead", EIO);
    if (mode.direct && state_->options_.refuse_direct) return errno_error("refused", EINVAL);
    const bool made =
        mode.access == OpenMode::Access::create && !std::filesystem::exists(state_->path_of(name));
    auto real = state_->real_->open(name, {.access = mode.access});
    if (!real) return real.error();
    if (made) {
      state_->nodes_[name] = nullptr;
      state_->unsynced_names_.push_back(
          [state = state_.get(), name] { std::filesystem::remove(state->path_of(name)); });
    }
    auto& node = state_->nodes_[name];
    if (!node) node = std::make_shared<Node>();
    return std::make_unique<ModelFile>(state_, std::move(*real), node, mode.write_through);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(state_->mutex_);
    if (!state_->alive()) return errno_error("dead", EIO);
    HOLDFAST_ASSERT(!std::filesystem::exists(state_->path_of(to)));
    if (auto renamed = state_->real_->rename(from, to); !renamed) return renamed;
    state_->nodes_[to] = std::move(state_->nodes_[from]);
    state_->nodes_.erase(from);
    state_->unsynced_names_.push_back([state = state_.get(), from, to] {
      std::filesystem::rename(state->path_of(to), state->path_of(from));
    });
    return {};
  }

  // Keeps the bytes aside until the removal is durable.
  Result<void> remove(const std::string& name) override {
    const std::lock_guard lock(state_->mutex_);
    if (!state_->alive()) return errno_error("dead", EIO);
    const std::string aside = state_->path_ + ".removed-" + std::to_string(state_->count_);
    std::filesystem::rename(state_->path_of(name), aside);
    state_->nodes_.erase(name);
    state_->unsynced_names_.push_back(
        [state = state_.get(), aside, name] { std::filesystem::rename(aside, state->path_of(name)); });
    return {};
  }

  Result<std::vector<std::string>> list() override { return state_->real_->list(); }

  Result<void> sync() override {
    const std::lock_guard lock(state_->mutex_);
    if (!state_->alive()) return errno_error("dead", EIO);
    state_->unsynced_names_.clear();
    return {};
  }

  Result<void> lock() override { return {}; }

 private:
  std::shared_ptr<State> state_;
};

PowerModel::PowerModel(std::string path, Options options)
    : state_(std::make_shared<State>(std::move(path), options)) {}

PowerModel::~PowerModel() = default;

std::unique_ptr<Directory> PowerModel::directory() {
  return std::make_unique<ModelDirectory>(state_);
}

bool PowerModel::died() const {
  return state_->dead_;
}

void PowerModel::cut() {
  for (const auto& [name, node] : state_->nodes_) {
    if (!node) continue;
    for (auto write = node->unsynced.rbegin(); write != node->unsynced.rend(); ++write) {
      if (state_->coin_() % 2 == 0) restore(state_->path_of(name), *write);
    }
  }
  // A journalling file system may have kept the first few on its own.
  auto& names = state_->unsynced_names_;
  const std::size_t kept = state_->coin_() % (names.size() + 1);
  for (std::size_t i = names.size(); i > kept; --i) names[i - 1]();
  state_->unsynced_names_.clear();
}

}  // namespace holdfast::journal::file
