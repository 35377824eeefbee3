#include "journal/journal.h"

#include <openssl/evp.h>

#include "base/assert.h"

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
    }
    return "unknown journal error";
  }
};

// One per thread: to fetch the algorithm and make a context costs more than to hash a small entry.
class Sha256 {
 public:
  Sha256() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    HOLDFAST_ASSERT(algorithm_ != nullptr && context_ != nullptr);
  }
  ~Sha256() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  Chain of(ByteView first, ByteView second) {
    Chain out;
    HOLDFAST_ASSERT(EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1 &&
                    EVP_DigestUpdate(context_, first.data(), first.size()) == 1 &&
                    EVP_DigestUpdate(context_, second.data(), second.size()) == 1 &&
                    EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(out.data()), nullptr) == 1);
    return out;
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

Chain next_chain(const Chain& previous, ByteView entry) {
  thread_local Sha256 hash;
  return hash.of(previous, entry);
}

}  // namespace holdfast::journal
