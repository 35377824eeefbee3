#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "api/endpoint.h"
#include "api/http/dialect.h"
#include "api/network.h"
#include "api/tls.h"
#include "lock/types.h"
#include "service/client_limits.h"

namespace holdfast::cli {

// What `holdfast serve` was told, checked. The table in settings.cc fills it, defaults included.
struct ServeSettings {
  std::string data;
  std::string journal;  // as it was told; may be empty
  std::uint64_t segment_bytes = 0;
  std::uint64_t snapshot_bytes = 0;
  std::vector<api::Endpoint> listen;
  std::vector<api::Endpoint> resp_listen;  // may be empty
  std::vector<api::Endpoint> metrics_listen;
  std::string advertise;  // a URL without a slash at its end; empty: the first listener's
  std::string base_path;  // "/locks"; empty: none
  api::TrustedProxies trusted_proxies;
  std::vector<std::string> cors_origins;  // "https://console.example.org"

  api::TlsFiles tls;  // all empty: no TLS
  bool insecure_plaintext = false;

  lock::Millis default_ttl{};
  lock::Millis slow_operation{};
  lock::Millis history_keep{};
  std::uint64_t history_bytes = 0;
  std::size_t max_connections = 0;
  service::ClientQuota client_quota;
  api::http::Dialects dialects;

  std::string log_format;
  std::string log_level;

  bool has_tls() const { return !tls.cert.empty(); }
  std::string journal_url() const { return journal.empty() ? "file:" + data : journal; }
};

}  // namespace holdfast::cli
