#include "base/digest.h"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace holdfast {

void SetDigest::add(ByteView element) {
  const XXH128_hash_t hash = XXH3_128bits(element.data(), element.size());
  low_ += hash.low64;
  high_ += hash.high64 + (low_ < hash.low64 ? 1 : 0);
}

void SetDigest::remove(ByteView element) {
  const XXH128_hash_t hash = XXH3_128bits(element.data(), element.size());
  high_ -= hash.high64 + (low_ < hash.low64 ? 1 : 0);
  low_ -= hash.low64;
}

std::string SetDigest::hex() const {
  return fmt::format("{:016x}{:016x}", high_, low_);
}

SetDigest SetDigest::from_parts(std::uint64_t high, std::uint64_t low) {
  SetDigest digest;
  digest.high_ = high;
  digest.low_ = low;
  return digest;
}

}  // namespace holdfast
