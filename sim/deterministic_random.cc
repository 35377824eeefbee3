#include "deterministic_random.h"

#include <cstring>

#include "base/assert.h"
#include "base/random.h"

// fill_random() is defined here for every program that links the simulator. The linker takes base/random.cc
// out of the archive only for a symbol that is still missing, and this file, which each simulation refers to,
// has given it by then. Were both linked, the symbol would be defined twice and the link would fail.

namespace holdfast {
namespace {

// Append ids and the cell's name are made deep inside the keeper, which has no parameter for a random source.
sim::RandomSource* current_source = nullptr;

}  // namespace

void fill_random(std::span<std::byte> bytes) {
  HOLDFAST_ASSERT(current_source != nullptr);
  while (!bytes.empty()) {
    const std::uint64_t word = current_source->next();
    const std::size_t size = std::min(bytes.size(), sizeof word);
    std::memcpy(bytes.data(), &word, size);
    bytes = bytes.subspan(size);
  }
}

namespace sim {

RandomSource::RandomSource(Random random) : random_(random) {
  HOLDFAST_ASSERT(current_source == nullptr);
  current_source = this;
}

RandomSource::~RandomSource() {
  current_source = nullptr;
}

}  // namespace sim
}  // namespace holdfast
