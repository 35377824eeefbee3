#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/duration.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/serve/log.h"
#include "cli/serve/serving.h"
#include "cli/subcommand.h"
#include "lock/limits.h"

namespace holdfast::cli {
namespace {

struct Options {
  std::string data = "./holdfast-data";
  std::string journal;
  std::vector<std::string> listen{"127.0.0.1:7420"};
  std::string default_ttl = "30s";
  std::string log_format = "text";
  std::string log_level = "info";
};

Result<lock::Millis> default_ttl_of(const std::string& text) {
  const auto ttl = parse_duration_or_none(text);
  if (!ttl) return ttl.error();
  if (*ttl == lock::kNoExpiry || (*ttl >= lock::kMinTtl && *ttl <= lock::kMaxTtl)) return *ttl;
  return Error{std::make_error_code(std::errc::invalid_argument), "a ttl is 100ms to 24h, or none"};
}

// Without authentication, whoever can connect can take and break every lock.
Result<api::Endpoint> listener_of(const std::string& text) {
  const auto endpoint = api::parse_endpoint(text);
  if (!endpoint || api::is_local(*endpoint)) return endpoint;
  return Error{
      std::make_error_code(std::errc::operation_not_permitted),
      fmt::format("'{}' is no loopback address, and there is no authentication: listen on 127.0.0.1, on "
                  "[::1] or on a unix socket",
                  text)};
}

int usage(std::string_view option, const Error& error) {
  complain(fmt::format("{}: {}", option, error.detail.empty() ? error.message() : error.detail));
  return kExitUsage;
}

int serve(const Options& options) {
  ServeSettings settings;
  settings.journal_url = options.journal.empty() ? "file:" + options.data : options.journal;
  const auto ttl = default_ttl_of(options.default_ttl);
  if (!ttl) return usage("--default-ttl", ttl.error());
  settings.default_ttl = *ttl;
  for (const std::string& text : options.listen) {
    auto endpoint = listener_of(text);
    if (!endpoint) return usage("--listen", endpoint.error());
    settings.listen.push_back(std::move(*endpoint));
  }
  start_log(options.log_format == "json", options.log_level);
  return serve_until_told(settings);
}

}  // namespace

void add_serve(CLI::App& parent, Invocation& invocation) {
  CLI::App* command = parent.add_subcommand("serve", "Run the lock server");
  auto options = std::make_shared<Options>();
  command->add_option("--data", options->data, "Directory of the server's own files and of its journal")
      ->envname("HOLDFAST_DATA")
      ->type_name("DIR")
      ->capture_default_str();
  command
      ->add_option("--journal", options->journal,
                   "Where the journal is: file:DIR (default: in --data), memory:")
      ->envname("HOLDFAST_JOURNAL")
      ->type_name("URL");
  command->add_option("--listen", options->listen, "Address to serve HTTP on, or unix:PATH; may be repeated")
      ->envname("HOLDFAST_LISTEN")
      ->type_name("ADDR")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->capture_default_str();
  command->add_option("--default-ttl", options->default_ttl, "Ttl of leases that ask for none (or `none`)")
      ->envname("HOLDFAST_DEFAULT_TTL")
      ->type_name("DURATION")
      ->capture_default_str();
  command->add_option("--log-format", options->log_format, "Log lines as text or json")
      ->envname("HOLDFAST_LOG_FORMAT")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--log-level", options->log_level, "Least severe lines to log")
      ->envname("HOLDFAST_LOG_LEVEL")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}))
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  holdfast serve\n"
      "  holdfast serve --data /var/lib/holdfast --listen 127.0.0.1:7420 --listen '[::1]:7420'\n"
      "  holdfast serve --journal memory: --listen unix:/run/holdfast/http.sock");
  command->callback([options, &invocation] { invocation.action = [options] { return serve(*options); }; });
}

}  // namespace holdfast::cli
