#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "client/server_url.h"
#include "store/http/http_client.h"

namespace holdfast::client {

// Everything needed to open a connection to a server.
struct Settings {
  ServerUrl server;
  std::string api_key;  // empty: none is sent
  store::TlsFiles tls;
};

// The value of an environment variable, or nothing. A parameter, so that tests need not change their own.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

// Reads HOLDFAST_SERVER (unless `server` is not empty), HOLDFAST_API_KEY or the first line of the file named
// by HOLDFAST_API_KEY_FILE, HOLDFAST_CA, HOLDFAST_CERT and HOLDFAST_CERT_KEY (api.md section 1). Fails on a
// malformed URL, an unreadable key file, a key with control characters, or when both key variables are set.
Result<Settings> read_settings(const std::string& server, const Environment& environment);

}  // namespace holdfast::client
