#pragma once

#include <memory>

#include "journal/file/directory.h"

namespace holdfast::service::history {

// A directory whose files are gone with the process: history beside a journal that is gone with it too.
std::unique_ptr<journal::file::Directory> make_memory_directory();

}  // namespace holdfast::service::history
