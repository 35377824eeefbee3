#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "journal/journal.h"

namespace holdfast::journal::file {

// Opens the journal in the directory `path`, making the directory where it is missing.
Result<std::unique_ptr<Journal>> open(std::string_view path, const OpenOptions& options,
                                      const std::function<void(std::string)>& warn);

}  // namespace holdfast::journal::file
