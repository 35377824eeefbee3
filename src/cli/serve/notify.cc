#include "cli/serve/notify.h"

#include <ctime>
#include <systemd/sd-daemon.h>

#include <fmt/format.h>

namespace holdfast::cli {
namespace {

// What cannot be told is the manager's loss alone.
void tell(const std::string& state) {
  sd_notify(0, state.c_str());
}

}  // namespace

void notify_ready(const std::string& status) {
  tell("READY=1\nSTATUS=" + status);
}

// The time lets the manager match this with the signal that it sent (Type=notify-reload).
void notify_reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reloading",
                   static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000));
}

void notify_stopping() {
  tell("STOPPING=1\nSTATUS=stopping");
}

}  // namespace holdfast::cli
