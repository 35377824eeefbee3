#pragma once

#include <array>
#include <cstddef>

#include "base/bytes.h"

struct evp_md_ctx_st;
struct evp_md_st;

namespace holdfast {

// SHA-256 of bytes that come in pieces. Making one costs more than hashing a small text, so it is used again
// and again: finish() begins anew.
class Sha256 {
 public:
  using Digest = std::array<std::byte, 32>;

  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(ByteView piece);
  Digest finish();

 private:
  void begin();

  evp_md_st* algorithm_;
  evp_md_ctx_st* context_;
};

}  // namespace holdfast
