#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "journal/journal.h"

// A journal in this process's memory, for tests and for `--journal memory:`: it forgets everything when it is
// destroyed and promises nothing else. It is also the shortest true reading of journal.h.

namespace holdfast::journal::memory {

// `rest` must be empty, otherwise Errc::unsupported.
Result<std::unique_ptr<Journal>> open(std::string_view rest, const OpenOptions& options,
                                      const std::function<void(std::string)>& warn);

}  // namespace holdfast::journal::memory
