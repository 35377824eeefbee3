#pragma once

// Assertions that stay on in release: a broken invariant ends the process with its place and text, because
// a lock service that goes on with a state it knows to be wrong is worse than one that is down.

namespace holdfast {

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace holdfast

#define HOLDFAST_ASSERT(expression) \
  (static_cast<bool>(expression) ? void(0) : ::holdfast::assertion_failed(#expression, __FILE__, __LINE__))
