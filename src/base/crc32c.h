#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace holdfast {

// CRC-32C (Castagnoli). `seed` is the checksum of the bytes before these.
std::uint32_t crc32c(ByteView bytes, std::uint32_t seed = 0);

}  // namespace holdfast
