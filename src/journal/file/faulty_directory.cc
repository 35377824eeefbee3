#include "journal/file/faulty_directory.h"

#include <mutex>
#include <optional>
#include <vector>

namespace holdfast::journal::file {
namespace {

using Kind = Operation::Kind;

// The present name of an open file, which a rename changes.
class Name {
 public:
  explicit Name(std::string name) : name_(std::move(name)) {}
  std::string get() const {
    const std::lock_guard lock(mutex_);
    return name_;
  }
  void rename(const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    if (name_ == from) name_ = to;
  }

 private:
  mutable std::mutex mutex_;
  std::string name_;
};

class FaultyFile final : public File {
 public:
  FaultyFile(std::unique_ptr<File> inner, const Script& script, std::shared_ptr<Name> name, OpenMode mode)
      : inner_(std::move(inner)), script_(script), name_(std::move(name)), mode_(mode) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    const Verdict verdict = ask(Kind::read, offset, out.size());
    if (verdict.error != 0) return errno_error("injected read of " + name_->get(), verdict.error);
    return inner_->read(offset, out);
  }

  Result<void> write(std::uint64_t offset, ByteView bytes) override {
    const Verdict verdict = ask(Kind::write, offset, bytes.size());
    if (verdict.pretend) return {};
    if (verdict.error == 0) return inner_->write(offset, bytes);
    if (verdict.written > 0) {
      if (auto part = inner_->write(offset, bytes.first(verdict.written)); !part) return part;
    }
    return errno_error("injected write of " + name_->get(), verdict.error);
  }

  Result<void> sync() override {
    const Verdict verdict = ask(Kind::sync, 0, 0);
    if (verdict.error != 0) return errno_error("injected sync of " + name_->get(), verdict.error);
    return verdict.pretend ? Result<void>() : inner_->sync();
  }

  Result<void> settle() override {
    const Verdict verdict = ask(Kind::settle, 0, 0);
    if (verdict.error != 0) return errno_error("injected settle of " + name_->get(), verdict.error);
    return verdict.pretend ? Result<void>() : inner_->settle();
  }

  Result<std::uint64_t> size() override { return inner_->size(); }

 private:
  Verdict ask(Kind kind, std::uint64_t offset, std::size_t bytes) {
    return script_({.kind = kind,
                    .name = name_->get(),
                    .offset = offset,
                    .bytes = bytes,
                    .direct = mode_.direct,
                    .write_through = mode_.write_through});
  }

  std::unique_ptr<File> inner_;
  const Script& script_;
  std::shared_ptr<Name> name_;
  OpenMode mode_;
};

class FaultyDirectory final : public Directory {
 public:
  FaultyDirectory(std::unique_ptr<Directory> inner, Script script)
      : inner_(std::move(inner)), script_(std::move(script)) {}

  const std::string& path() const override { return inner_->path(); }

  Result<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override {
    const Kind kind = mode.access == OpenMode::Access::create ? Kind::create : Kind::open;
    const Verdict verdict =
        script_({.kind = kind, .name = name, .direct = mode.direct, .write_through = mode.write_through});
    if (verdict.error != 0) return errno_error("injected open of " + name, verdict.error);
    OpenMode real = mode;
    if (verdict.cached_only) real.direct = real.write_through = false;
    auto file = inner_->open(name, real);
    if (!file) return file.error();
    auto shared_name = std::make_shared<Name>(name);
    {
      const std::lock_guard lock(mutex_);
      names_.push_back(shared_name);
    }
    return std::make_unique<FaultyFile>(std::move(*file), script_, std::move(shared_name), mode);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (auto decided = decide(Kind::rename, from)) return *decided;
    if (auto renamed = inner_->rename(from, to); !renamed) return renamed;
    const std::lock_guard lock(mutex_);
    std::erase_if(names_, [](const std::weak_ptr<Name>& name) { return name.expired(); });
    for (const auto& name : names_) {
      if (const auto open = name.lock()) open->rename(from, to);
    }
    return {};
  }

  Result<void> remove(const std::string& name) override {
    if (auto decided = decide(Kind::remove, name)) return *decided;
    return inner_->remove(name);
  }

  Result<std::vector<std::string>> list() override { return inner_->list(); }

  Result<void> sync() override {
    if (auto decided = decide(Kind::sync_directory, "")) return *decided;
    return inner_->sync();
  }

  Result<void> lock() override { return inner_->lock(); }

 private:
  std::optional<Result<void>> decide(Kind kind, const std::string& name) {
    const Verdict verdict = script_({.kind = kind, .name = name});
    if (verdict.error != 0) return Result<void>(errno_error("injected failure at " + name, verdict.error));
    if (verdict.pretend) return Result<void>();
    return std::nullopt;
  }

  std::unique_ptr<Directory> inner_;
  Script script_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<Name>> names_;  // of the files that are open
};

}  // namespace

std::unique_ptr<Directory> make_faulty_directory(std::unique_ptr<Directory> inner, Script script) {
  return std::make_unique<FaultyDirectory>(std::move(inner), std::move(script));
}

}  // namespace holdfast::journal::file
