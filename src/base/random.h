#pragma once

#include <cstddef>
#include <span>

namespace holdfast {

// Fills with random bytes of the system, fit for secrets. Threads may share it.
void fill_random(std::span<std::byte> bytes);

}  // namespace holdfast
