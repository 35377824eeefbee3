#pragma once

#include <array>
#include <cstddef>

#include "base/bytes.h"

namespace holdfast {

// MD5, for protocols that ask for it. It finds damage, not forgery.
using Md5 = std::array<std::byte, 16>;
Md5 md5_of(ByteView bytes);

}  // namespace holdfast
