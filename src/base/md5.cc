#include "base/md5.h"

#include <memory>

#include <openssl/evp.h>

#include "base/assert.h"

namespace holdfast {

Md5 md5_of(ByteView bytes) {
  // Also where a system's rules forbid it for what must be safe from forgery.
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> md5(EVP_MD_fetch(nullptr, "MD5", "-fips"),
                                                                   &EVP_MD_free);
  Md5 digest;
  HOLDFAST_ASSERT(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                             nullptr, md5.get(), nullptr) == 1);
  return digest;
}

}  // namespace holdfast
