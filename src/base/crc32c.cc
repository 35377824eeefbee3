#include "base/crc32c.h"

#include <isa-l/crc.h>

namespace holdfast {

std::uint32_t crc32c(ByteView bytes, std::uint32_t seed) {
  // The library takes a pointer to mutable bytes and does not change them; it leaves inversion to the caller.
  auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
  return ~crc32_iscsi(data, static_cast<int>(bytes.size()), ~seed);
}

}  // namespace holdfast
