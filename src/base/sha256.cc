#include "base/sha256.h"

#include <openssl/evp.h>

#include "base/assert.h"

namespace holdfast {

Sha256::Sha256() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  HOLDFAST_ASSERT(algorithm_ != nullptr && context_ != nullptr);
  begin();
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(context_);
  EVP_MD_free(algorithm_);
}

void Sha256::begin() {
  HOLDFAST_ASSERT(EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1);
}

void Sha256::update(ByteView piece) {
  HOLDFAST_ASSERT(EVP_DigestUpdate(context_, piece.data(), piece.size()) == 1);
}

Sha256::Digest Sha256::finish() {
  Digest digest;
  HOLDFAST_ASSERT(EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(digest.data()), nullptr) ==
                  1);
  begin();
  return digest;
}

}  // namespace holdfast
