#include "client/settings.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>

namespace holdfast::client {
namespace {

Error invalid(std::string text) {
  return Error{std::make_error_code(std::errc::invalid_argument), std::move(text)};
}

Result<std::string> first_line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file) return errno_error("HOLDFAST_API_KEY_FILE: cannot read " + path, errno);
  if (!std::getline(file, line)) return invalid("HOLDFAST_API_KEY_FILE: " + path + " is empty");
  while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
  return line;
}

Result<std::string> read_api_key(const Environment& environment) {
  const auto key = environment("HOLDFAST_API_KEY");
  const auto file = environment("HOLDFAST_API_KEY_FILE");
  if (key && file) return invalid("HOLDFAST_API_KEY and HOLDFAST_API_KEY_FILE are both set: unset one");
  Result<std::string> value = file ? first_line_of(*file) : Result<std::string>(key.value_or(""));
  // A line break in a header value would begin another header.
  if (value && std::ranges::any_of(*value, [](unsigned char c) { return c < 0x21 || c > 0x7e; })) {
    return invalid("the API key has characters that no key has (spaces or line breaks?)");
  }
  return value;
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == 0) return std::nullopt;
    return value;
  };
}

Result<Settings> read_settings(const std::string& server, const Environment& environment) {
  const std::string url =
      !server.empty() ? server : environment("HOLDFAST_SERVER").value_or(std::string(kDefaultServer));
  auto parsed = ServerUrl::parse(url);
  if (!parsed) return parsed.error();
  auto api_key = read_api_key(environment);
  if (!api_key) return api_key.error();
  return Settings{.server = std::move(*parsed),
                  .api_key = std::move(*api_key),
                  .tls = {.ca = environment("HOLDFAST_CA").value_or(""),
                          .cert = environment("HOLDFAST_CERT").value_or(""),
                          .key = environment("HOLDFAST_CERT_KEY").value_or("")}};
}

}  // namespace holdfast::client
