#pragma once

#include <string>
#include <vector>

#include "client/messages.h"

namespace holdfast::cli {

// The settings that say something, each as the option of `register` that makes it so, without its dashes:
// "max-hold: 1h".
std::vector<std::string> settings_text(const client::LockSettings& settings);

}  // namespace holdfast::cli
