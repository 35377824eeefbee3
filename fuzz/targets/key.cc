#include "lock/key.h"

#include "lock/limits.h"
#include "target.h"

using namespace holdfast;

// What is a key has the form that the contract states, told here in another way than the code does.
HOLDFAST_FUZZ_TARGET(key) {
  const std::string_view text = as_text(input);
  if (lock::key_fault(text)) return;
  HOLDFAST_ASSERT(!text.empty() && text.size() <= lock::kMaxKeyBytes && lock::is_utf8(text));
  for (const char c : text) HOLDFAST_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  const std::string framed = '/' + std::string(text) + '/';
  for (const std::string_view segment : {"//", "/./", "/../"}) {
    HOLDFAST_ASSERT(framed.find(segment) == std::string::npos);
  }
}
