#pragma once

#include <string>

#include "base/error.h"
#include "client/settings.h"

namespace CLI {
class App;
}

namespace holdfast::cli {

// What every client command takes.
struct ClientOptions {
  std::string server;  // empty: HOLDFAST_SERVER or the default
  bool json = false;
};

void add_client_options(CLI::App& command, ClientOptions& options);

// Reads the environment. Prints what is wrong with it and returns nothing after that; exit with kExitUsage.
std::optional<client::Settings> settings_for(const ClientOptions& options);

// "alice@host1 (pid 12)": the owner that commands give themselves.
std::string default_owner();

}  // namespace holdfast::cli
