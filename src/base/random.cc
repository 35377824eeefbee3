#include "base/random.h"

#include <openssl/rand.h>

#include "base/assert.h"

namespace holdfast {

void fill_random(std::span<std::byte> bytes) {
  auto* const to = reinterpret_cast<unsigned char*>(bytes.data());
  HOLDFAST_ASSERT(RAND_bytes(to, static_cast<int>(bytes.size())) == 1);
}

}  // namespace holdfast
