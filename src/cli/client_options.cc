#include "cli/client_options.h"

#include <array>
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/output.h"

namespace holdfast::cli {

void add_client_options(CLI::App& command, ClientOptions& options) {
  command
      .add_option("--server", options.server,
                  "Server, as http://HOST:PORT, https://HOST:PORT or unix:/PATH (HOLDFAST_SERVER, default " +
                      std::string(client::kDefaultServer) + ")")
      ->type_name("URL");
  command.add_flag("--json", options.json, "Print the server's JSON");
}

std::optional<client::Settings> settings_for(const ClientOptions& options) {
  auto settings = client::read_settings(options.server, client::process_environment());
  if (settings) return std::move(*settings);
  complain(settings.error().message());
  return std::nullopt;
}

std::string default_owner() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  const passwd* user = ::getpwuid(::geteuid());
  const std::string name = user != nullptr ? user->pw_name : std::to_string(::geteuid());
  return fmt::format("{}@{} (pid {})", name, host.data(), ::getpid());
}

}  // namespace holdfast::cli
