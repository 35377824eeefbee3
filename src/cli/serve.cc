#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/serve/config.h"
#include "cli/serve/log.h"
#include "cli/serve/serving.h"
#include "cli/serve/setting.h"
#include "cli/subcommand.h"

namespace holdfast::cli {
namespace {

struct Options {
  std::vector<std::pair<const Setting*, const CLI::Option*>> settings;
  std::string file;
  bool check_only = false;
  bool print_only = false;
};

Layer flags_of(const Options& options) {
  Layer flags;
  for (const auto& [setting, option] : options.settings) {
    if (option->count() == 0) continue;
    Told& told = flags[setting->name];
    told.origin = fmt::format("--{}", setting->name);
    for (const std::string& text : option->results()) {
      for (std::string& value : values_in(*setting, text)) told.values.push_back(std::move(value));
    }
  }
  return flags;
}

// What only a look at the files that the settings name tells.
Result<void> check_files(const ServeSettings& settings) {
  if (!settings.has_tls()) return {};
  const auto tls = api::TlsContext::load(settings.tls);
  return tls ? Result<void>() : tls.error();
}

int serve(const Options& options) {
  const ConfigSources sources{flags_of(options), client::process_environment(), options.file};
  const auto config = Config::read(sources);
  if (!config) {
    complain(config.error().detail);
    return kExitUsage;
  }
  if (options.print_only) {
    fmt::print("{}", to_toml(*config));
    return kExitOk;
  }
  if (const auto good = check_files(config->settings()); !good) {
    complain(good.error().message());
    return kExitUsage;
  }
  if (options.check_only) return kExitOk;
  start_log(config->settings().log_format == "json", config->settings().log_level);
  return serve_until_told(*config, [&sources] { return Config::read(sources); });
}

const CLI::Option* add_setting(CLI::App& command, const Setting& setting) {
  const std::string flag = fmt::format("--{}", setting.name);
  const std::string help = fmt::format("{}{}", setting.help, setting.repeatable ? "; may be repeated" : "");
  if (setting.form == ValueForm::boolean) return command.add_flag(flag, help);
  CLI::Option* option = command.add_option(flag, help)->type_name(std::string(setting.type));
  if (!setting.standard.empty()) option->default_str(std::string(setting.standard));
  if (!setting.repeatable) return option->expected(1);
  return option->expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void add_serve(CLI::App& parent, Invocation& invocation) {
  CLI::App* command = parent.add_subcommand("serve", "Run the lock server");
  auto options = std::make_shared<Options>();
  for (const Setting& setting : serve_settings()) {
    options->settings.emplace_back(&setting, add_setting(*command, setting));
  }
  command
      ->add_option("--config", options->file,
                   fmt::format("File of settings, in TOML (HOLDFAST_CONFIG, or {} where it exists)",
                               kDefaultConfigFile))
      ->type_name("FILE");
  command->add_flag("--check-config", options->check_only, "Check all settings, and do nothing else");
  command->add_flag("--print-config", options->print_only,
                    "Print all settings and where each comes from, and do nothing else");
  command->footer(
      "Every setting is also an environment variable (--default-ttl: HOLDFAST_DEFAULT_TTL) and a key of the\n"
      "file (default-ttl = \"30s\"): a flag beats the environment, the environment beats the file.\n"
      "\n"
      "Examples:\n"
      "  holdfast serve\n"
      "  holdfast serve --data /var/lib/holdfast --listen 127.0.0.1:7420 --listen '[::1]:7420'\n"
      "  holdfast serve --journal memory: --listen unix:/run/holdfast/http.sock\n"
      "  holdfast serve --config holdfast.toml --check-config");
  command->callback([options, &invocation] { invocation.action = [options] { return serve(*options); }; });
}

}  // namespace holdfast::cli
