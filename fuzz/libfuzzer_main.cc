#include <cstddef>
#include <cstdint>

#include "target.h"

// HOLDFAST_FUZZ_FUNCTION is the function of this program's target.
void HOLDFAST_FUZZ_FUNCTION(holdfast::ByteView input);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  HOLDFAST_FUZZ_FUNCTION({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
