#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "schedule.h"

namespace holdfast::sim {

// What happened, as one number: two runs of a seed must come to the same. With `out`, also as text, a line
// each.
class Trace {
 public:
  Trace(const Schedule& schedule, std::FILE* out) : schedule_(schedule), out_(out) {}

  std::uint64_t hash() const { return hash_; }
  bool tells() const { return out_ != nullptr; }

  void count(std::uint64_t value) {
    hash_ = (hash_ ^ value ^ static_cast<std::uint64_t>(schedule_.now().count())) * 0x100000001b3ull;
    hash_ ^= hash_ >> 29;
  }
  void count(ByteView bytes);
  // `make` gives the line, and is not called while nobody reads.
  template <class Make>
  void tell(Make make) {
    if (out_ != nullptr) print(make());
  }

 private:
  void print(std::string_view line);

  const Schedule& schedule_;
  std::FILE* out_;
  std::uint64_t hash_ = 0xcbf29ce484222325ull;
};

}  // namespace holdfast::sim
