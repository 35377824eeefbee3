#include "cli/serve/setting.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/serve/setting_values.h"

namespace holdfast::cli {
namespace {

using Texts = std::vector<std::string>;

Error wrong(std::string text) {
  return Error{std::make_error_code(std::errc::invalid_argument), std::move(text)};
}

// Stores what `read` makes of the text.
template <class T, class Value>
Result<void> keep(T& where, Result<Value> value) {
  if (!value) return value.error();
  where = static_cast<T>(*value);
  return {};
}

template <class T, class Read>
Result<void> keep_all(std::vector<T>& where, const Texts& texts, Read read) {
  where.clear();
  for (const std::string& text : texts) {
    auto value = read(text);
    if (!value) return value.error();
    where.push_back(std::move(*value));
  }
  return {};
}

template <std::string ServeSettings::*member>
Result<void> keep_text(const Texts& texts, ServeSettings& settings) {
  settings.*member = texts.front();
  return {};
}

template <std::string ServeSettings::*member>
Result<void> keep_name(const Texts& texts, ServeSettings& settings) {
  if (texts.front().empty()) return wrong("the value is empty");
  return keep_text<member>(texts, settings);
}

template <std::string api::TlsFiles::*member>
Result<void> keep_tls(const Texts& texts, ServeSettings& settings) {
  if (texts.front().empty()) return wrong("the value is empty");
  settings.tls.*member = texts.front();
  return {};
}

template <std::size_t N>
Result<void> keep_choice(std::string& where, const std::string& text, const std::string_view (&choices)[N]) {
  if (std::ranges::find(choices, text) == std::end(choices)) {
    return wrong(fmt::format("'{}' is none of {}", text, fmt::join(choices, ", ")));
  }
  where = text;
  return {};
}

Result<void> keep_listen(const Texts& texts, ServeSettings& settings) {
  if (texts.empty()) return wrong("the list is empty: a server listens somewhere");
  return keep_all(settings.listen, texts, read_listener);
}

// `none` for an environment, in which nothing is as good as not said.
Result<void> keep_resp_listen(const Texts& texts, ServeSettings& settings) {
  const bool none = texts.size() == 1 && (texts.front() == "none" || texts.front().empty());
  return keep_all(settings.resp_listen, none ? Texts() : texts, read_listener);
}

Result<void> keep_metrics_listen(const Texts& texts, ServeSettings& settings) {
  return keep_all(settings.metrics_listen, texts, read_listener);
}

Result<void> keep_advertise(const Texts& texts, ServeSettings& settings) {
  return keep(settings.advertise, read_advertise(texts.front()));
}

Result<void> keep_base_path(const Texts& texts, ServeSettings& settings) {
  return keep(settings.base_path, read_base_path(texts.front()));
}

Result<void> keep_trusted_proxies(const Texts& texts, ServeSettings& settings) {
  settings.trusted_proxies = {};
  for (const std::string& text : texts) {
    if (const auto added = read_trusted_proxy(text, settings.trusted_proxies); !added) return added;
  }
  return {};
}

Result<void> keep_cors_origins(const Texts& texts, ServeSettings& settings) {
  return keep_all(settings.cors_origins, texts, read_origin);
}

Result<void> keep_default_ttl(const Texts& texts, ServeSettings& settings) {
  return keep(settings.default_ttl, read_default_ttl(texts.front()));
}

Result<void> keep_max_connections(const Texts& texts, ServeSettings& settings) {
  return keep(settings.max_connections, read_number(texts.front(), 1, 1'000'000));
}

// 0 is no limit.
Result<void> keep_client_connections(const Texts& texts, ServeSettings& settings) {
  return keep(settings.client_quota.connections, read_number(texts.front(), 0, 1'000'000));
}

Result<void> keep_client_waits(const Texts& texts, ServeSettings& settings) {
  return keep(settings.client_quota.waits, read_number(texts.front(), 0, 1'000'000'000));
}

Result<void> keep_client_requests(const Texts& texts, ServeSettings& settings) {
  return keep(settings.client_quota.requests, read_number(texts.front(), 0, 1'000'000'000));
}

Result<void> keep_slow_operation(const Texts& texts, ServeSettings& settings) {
  return keep(settings.slow_operation, read_duration(texts.front(), lock::Millis(1)));
}

Result<void> keep_history_keep(const Texts& texts, ServeSettings& settings) {
  return keep(settings.history_keep, read_duration(texts.front(), lock::Millis(0)));
}

template <std::uint64_t ServeSettings::*member, std::uint64_t least = 0, std::uint64_t most = UINT64_MAX>
Result<void> keep_size(const Texts& texts, ServeSettings& settings) {
  return keep(settings.*member, read_size(texts.front(), least, most));
}

Result<void> keep_insecure_plaintext(const Texts& texts, ServeSettings& settings) {
  return keep(settings.insecure_plaintext, read_boolean(texts.front()));
}

using Dialects = api::http::Dialects;

Result<void> keep_force_unlock(const Texts& texts, ServeSettings& settings) {
  return keep(settings.dialects.terraform.force_unlock, read_boolean(texts.front()));
}

template <api::http::DialectSettings Dialects::*dialect>
Result<void> keep_dialect_enabled(const Texts& texts, ServeSettings& settings) {
  return keep((settings.dialects.*dialect).enabled, read_boolean(texts.front()));
}

template <api::http::DialectSettings Dialects::*dialect>
Result<void> keep_dialect_ttl(const Texts& texts, ServeSettings& settings) {
  return keep((settings.dialects.*dialect).default_ttl, read_ttl_ms(texts.front()));
}

template <api::http::DialectSettings Dialects::*dialect>
Result<void> keep_dialect_rate(const Texts& texts, ServeSettings& settings) {
  return keep((settings.dialects.*dialect).rate_per_minute, read_number(texts.front(), 0, 1'000'000'000));
}

Result<void> keep_log_format(const Texts& texts, ServeSettings& settings) {
  static constexpr std::string_view kFormats[] = {"text", "json"};
  return keep_choice(settings.log_format, texts.front(), kFormats);
}

Result<void> keep_log_level(const Texts& texts, ServeSettings& settings) {
  static constexpr std::string_view kLevels[] = {"trace", "debug", "info", "warn", "error"};
  return keep_choice(settings.log_level, texts.front(), kLevels);
}

constexpr Setting kSettings[] = {
    {.name = "data",
     .type = "DIR",
     .standard = "./holdfast-data",
     .help = "Directory of the server's own files and of its journal",
     .store = keep_name<&ServeSettings::data>},
    {.name = "journal",
     .type = "URL",
     .help = "Where the journal is: file:DIR (default: in --data), memory:",
     .store = keep_name<&ServeSettings::journal>,
     .masked = mask_password},
    {.name = "segment-size",
     .type = "SIZE",
     .standard = "32MiB",
     .help = "Size of one file of a file: journal, 1MiB to 1GiB; it has at least three",
     .store = keep_size<&ServeSettings::segment_bytes, 1u << 20, 1u << 30>},
    {.name = "snapshot-size",
     .type = "SIZE",
     .standard = "64MiB",
     .help = "How far the journal grows before the next snapshot, 64KiB to 1024GiB",
     .store = keep_size<&ServeSettings::snapshot_bytes, 64u << 10, 1ull << 40>},
    {.name = "listen",
     .type = "ADDR",
     .standard = "127.0.0.1:7420",
     .help = "Address to serve HTTP on, or unix:PATH",
     .store = keep_listen,
     .repeatable = true},
    {.name = "resp-listen",
     .type = "ADDR",
     .standard = "127.0.0.1:7421",
     .help = "Address to serve the Redis protocol on, or unix:PATH; none: nowhere",
     .store = keep_resp_listen,
     .repeatable = true},
    {.name = "metrics-listen",
     .type = "ADDR",
     .help = "Address, or unix:PATH, that serves only what watches the server",
     .store = keep_metrics_listen,
     .repeatable = true},
    {.name = "advertise",
     .type = "URL",
     .help = "How clients reach this server (default: the first --listen)",
     .store = keep_advertise},
    {.name = "base-path",
     .type = "PATH",
     .help = "Path under which a proxy shows this server, like /locks; nothing outside it is answered",
     .store = keep_base_path},
    {.name = "trusted-proxies",
     .type = "CIDR",
     .help = "Networks of proxies (or `unix`) that are believed when they say for whom they speak",
     .store = keep_trusted_proxies,
     .repeatable = true},
    {.name = "cors-origin",
     .type = "URL",
     .help = "Origin of web pages that may use this server, like https://console.example.org",
     .store = keep_cors_origins,
     .repeatable = true},
    {.name = "tls-cert",
     .type = "FILE",
     .help = "PEM file with the certificate chain; TCP listeners then speak TLS",
     .store = keep_tls<&api::TlsFiles::cert>,
     .reloadable = true},
    {.name = "tls-key",
     .type = "FILE",
     .help = "PEM file with the certificate's private key",
     .store = keep_tls<&api::TlsFiles::key>,
     .reloadable = true},
    {.name = "tls-client-ca",
     .type = "FILE",
     .help = "PEM file with the authorities of client certificates; clients then need one",
     .store = keep_tls<&api::TlsFiles::client_ca>,
     .reloadable = true},
    {.name = "insecure-plaintext",
     .type = "BOOL",
     .standard = "false",
     .help =
         "Let addresses beyond loopback speak without TLS (without authentication they are refused anyway)",
     .store = keep_insecure_plaintext,
     .form = ValueForm::boolean},
    {.name = "default-ttl",
     .type = "DURATION",
     .standard = "30s",
     .help = "Ttl of leases that ask for none (or `none`)",
     .store = keep_default_ttl},
    {.name = "max-connections",
     .type = "N",
     .standard = "10240",
     .help = "Connections at a time; more are refused",
     .store = keep_max_connections,
     .form = ValueForm::number,
     .reloadable = true},
    {.name = "max-connections-per-client",
     .type = "N",
     .standard = "0",
     .help = "Connections of one address (IPv6: one /64); 0: no limit of its own",
     .store = keep_client_connections,
     .form = ValueForm::number,
     .reloadable = true},
    {.name = "max-waits-per-client",
     .type = "N",
     .standard = "0",
     .help = "Keys that one address waits for at a time; 0: no limit of its own",
     .store = keep_client_waits,
     .form = ValueForm::number,
     .reloadable = true},
    {.name = "max-requests-per-client",
     .type = "N",
     .standard = "0",
     .help = "Requests a second of one address, renewals and releases not counted; 0: no limit",
     .store = keep_client_requests,
     .form = ValueForm::number,
     .reloadable = true},
    {.name = "slow-operation",
     .type = "DURATION",
     .standard = "1s",
     .help = "Operations that take longer are logged",
     .store = keep_slow_operation},
    {.name = "history-keep",
     .type = "DURATION",
     .standard = "7d",
     .help = "How long events stay to be read",
     .store = keep_history_keep},
    {.name = "history-size",
     .type = "SIZE",
     .standard = "1GiB",
     .help = "How many bytes of events stay to be read",
     .store = keep_size<&ServeSettings::history_bytes>},
    {.name = "dialects.keys.enabled",
     .type = "BOOL",
     .standard = "true",
     .help = "Answer what clients of Distributed-Lock ask; =false: not",
     .store = keep_dialect_enabled<&Dialects::keys>,
     .form = ValueForm::boolean},
    {.name = "dialects.keys.default_ttl_ms",
     .type = "MS",
     .standard = "1000",
     .help = "Time to live of locks that are asked for without `exp`; -1: no expiry",
     .store = keep_dialect_ttl<&Dialects::keys>,
     .form = ValueForm::number},
    {.name = "dialects.rwlocks.enabled",
     .type = "BOOL",
     .standard = "true",
     .help = "Answer what clients of distributed-locking-service ask; =false: not",
     .store = keep_dialect_enabled<&Dialects::rwlocks>,
     .form = ValueForm::boolean},
    {.name = "dialects.rwlocks.default_ttl_ms",
     .type = "MS",
     .standard = "60000",
     .help = "Time to live of processes that are added without `timeout`; -1: no expiry",
     .store = keep_dialect_ttl<&Dialects::rwlocks>,
     .form = ValueForm::number},
    {.name = "dialects.rwlocks.rate_per_minute",
     .type = "N",
     .standard = "0",
     .help = "Its requests a minute of one address, refreshes and removals not counted; 0: no limit",
     .store = keep_dialect_rate<&Dialects::rwlocks>,
     .form = ValueForm::number},
    {.name = "dialects.terraform.enabled",
     .type = "BOOL",
     .standard = "true",
     .help = "Answer what Terraform's backend \"http\" asks; =false: not",
     .store = keep_dialect_enabled<&Dialects::terraform>,
     .form = ValueForm::boolean},
    {.name = "dialects.terraform.default_ttl_ms",
     .type = "MS",
     .standard = "-1",
     .help = "Time to live of Terraform's locks; -1: no expiry",
     .store = keep_dialect_ttl<&Dialects::terraform>,
     .form = ValueForm::number},
    {.name = "dialects.terraform.force_unlock",
     .type = "BOOL",
     .standard = "true",
     .help = "Let `terraform force-unlock` end whatever hold there is; =false: not",
     .store = keep_force_unlock,
     .form = ValueForm::boolean},
    {.name = "log-format",
     .type = "{text,json}",
     .standard = "text",
     .help = "Format of log lines",
     .store = keep_log_format},
    {.name = "log-level",
     .type = "{trace,debug,info,warn,error}",
     .standard = "info",
     .help = "Least severe lines to log",
     .store = keep_log_level,
     .reloadable = true},
};

}  // namespace

std::span<const Setting> serve_settings() {
  return kSettings;
}

const Setting* find_setting(std::string_view name) {
  const auto* const found = std::ranges::find(kSettings, name, &Setting::name);
  return found == std::end(kSettings) ? nullptr : found;
}

std::string environment_name(std::string_view name) {
  std::string out = "HOLDFAST_";
  for (const char c : name) {
    const bool is_letter = c >= 'a' && c <= 'z';
    out += is_letter ? static_cast<char>(c - 'a' + 'A') : '_';
  }
  return out;
}

std::vector<std::string> values_in(const Setting& setting, std::string_view text) {
  if (!setting.repeatable) return {std::string(text)};
  std::vector<std::string> values;
  while (true) {
    const std::size_t comma = text.find(',');
    values.emplace_back(text.substr(0, comma));
    if (comma == text.npos) return values;
    text.remove_prefix(comma + 1);
  }
}

Result<void> check_together(const ServeSettings& settings) {
  if (settings.tls.cert.empty() != settings.tls.key.empty()) {
    return wrong("tls-cert and tls-key go together: one of them is missing");
  }
  if (!settings.tls.client_ca.empty() && settings.tls.cert.empty()) {
    return wrong("tls-client-ca needs tls-cert and tls-key");
  }
  return {};
}

}  // namespace holdfast::cli
