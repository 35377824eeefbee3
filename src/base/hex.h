#pragma once

#include <string>

#include "base/bytes.h"

namespace holdfast {

// Two digits a byte, in lower case.
std::string to_hex(ByteView bytes);

}  // namespace holdfast
