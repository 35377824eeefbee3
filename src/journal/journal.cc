#include "journal/journal.h"

#include "base/sha256.h"

namespace holdfast::journal {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "journal"; }

  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::damaged:
        return "the journal is damaged";
      case Errc::in_use:
        return "another process has the journal";
      case Errc::unsupported:
        return "this place cannot host a journal";
      case Errc::no_space:
        return "no space left for the journal";
      case Errc::unavailable:
        return "the journal does not answer";
      case Errc::not_a_journal:
        return "not a journal that this program knows";
      case Errc::trimmed:
        return "the entries asked for were trimmed";
      case Errc::rewound:
        return "the journal has lost entries that it had";
    }
    return "unknown journal error";
  }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

Chain next_chain(const Chain& previous, ByteView entry) {
  thread_local Sha256 hash;
  hash.update(previous);
  hash.update(entry);
  return hash.finish();
}

}  // namespace holdfast::journal
