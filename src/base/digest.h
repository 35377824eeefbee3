#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace holdfast {

// A 128-bit digest of a set that is kept while the set changes: the sum of its elements' hashes, so the
// order in which elements came and went does not matter. It finds bugs and damage, not forgery.
class SetDigest {
 public:
  void add(ByteView element);
  void remove(ByteView element);

  std::uint64_t high() const { return high_; }
  std::uint64_t low() const { return low_; }
  std::string hex() const;
  static SetDigest from_parts(std::uint64_t high, std::uint64_t low);

  friend bool operator==(const SetDigest&, const SetDigest&) = default;

 private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace holdfast
