#pragma once

#include <functional>

#include "base/error.h"
#include "cli/serve/config.h"

namespace holdfast::cli {

// Opens and recovers the journal, serves until SIGTERM or SIGINT, and returns the exit code. A second signal
// ends the process at once; so does a journal that can no longer be trusted, without answering anybody.
// SIGHUP takes over what may change while it runs of what `reread` gives.
int serve_until_told(const Config& config, std::function<Result<Config>()> reread);

}  // namespace holdfast::cli
