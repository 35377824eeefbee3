#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "journal/journal.h"
#include "lock/event.h"
#include "lock/view.h"

namespace holdfast::cli {

// What the commands share that work on journals which no server runs on.

// The URL by which a journal is found from any directory. Errc::unsupported for one that does not last.
Result<std::string> lasting_journal_url(std::string_view url);

// Opens a journal; warnings go to standard error.
Result<std::unique_ptr<journal::Journal>> open_journal(const std::string& url, bool create);

// Says what went wrong and what can be done, and returns the exit code for it.
int fail_offline(const Error& error);

// Prints with what a new incarnation begins.
void show_incarnation(const lock::Restored& restored, const lock::Counts& counts);

}  // namespace holdfast::cli
