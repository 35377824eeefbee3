#pragma once

#include <string>

namespace holdfast::cli {

// Tells the service manager that started this process (systemd, Type=notify) how it stands; without one these
// do nothing.

void notify_ready(const std::string& status);
// Until the next notify_ready().
void notify_reloading();
void notify_stopping();

}  // namespace holdfast::cli
