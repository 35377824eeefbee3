#pragma once

#include "random.h"

namespace holdfast::sim {

// Where fill_random() (base/random.h) takes its bytes from in this program, while the source lives.
class RandomSource {
 public:
  explicit RandomSource(Random random);
  ~RandomSource();
  RandomSource(const RandomSource&) = delete;
  RandomSource& operator=(const RandomSource&) = delete;

  std::uint64_t next() { return random_.next(); }

 private:
  Random random_;
};

}  // namespace holdfast::sim
