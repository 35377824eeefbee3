#include "cli/serve/serving.h"

#include <csignal>
#include <memory>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "api/dialects/keys/commands.h"
#include "api/dialects/keys/routes.h"
#include "api/dialects/redlock/commands.h"
#include "api/dialects/rwlocks/routes.h"
#include "api/dialects/terraform/routes.h"
#include "api/http/routes.h"
#include "api/http/server.h"
#include "api/http/watch/broadcast.h"
#include "api/listener.h"
#include "api/resp/server.h"
#include "base/clock.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/serve/log.h"
#include "cli/serve/notify.h"
#include "cli/serve/setting.h"
#include "journal/journal.h"
#include "keeper/errc.h"
#include "keeper/keeper.h"
#include "lock/errc.h"
#include "service/checker.h"
#include "service/history/history.h"
#include "service/lease_handle.h"
#include "service/statistics/statistics.h"

namespace holdfast::cli {
namespace {

namespace asio = boost::asio;
using std::chrono::nanoseconds;

// Every connection is a descriptor; the soft limit of most systems is far below the hard one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("cannot raise the limit of open files");
}

// What the operator can do about it.
std::string_view remedy(const Error& error) {
  using journal::Errc;
  if (error.code == std::errc::address_in_use) {
    return "another program listens there, maybe another server: name other addresses with --listen and "
           "--resp-listen (none: no Redis protocol)";
  }
  if (error.code == make_error_code(Errc::in_use)) {
    return "another server uses this journal: stop it, or name another directory with --data";
  }
  if (error.code == make_error_code(Errc::damaged)) {
    return "nothing was changed: check the disk, look at `holdfast verify`, restore a backup";
  }
  if (error.code == make_error_code(Errc::not_a_journal)) {
    return "name an empty directory, or one that Holdfast has written, with --data";
  }
  if (error.code == make_error_code(keeper::Errc::sealed))
    return "serve that one, and keep this one as it is";
  if (error.code == make_error_code(keeper::Errc::unfinished)) {
    return "run the same `holdfast restore` or `holdfast migrate` again, it goes on here";
  }
  if (error.code == make_error_code(lock::Errc::unknown_feature)) {
    return "nothing was changed: serve it with the newer version that wrote it";
  }
  if (error.code == make_error_code(Errc::no_space)) return "make room on the disk and start again";
  return "";
}

int fail_start(const Error& error) {
  complain(error.message());
  if (const auto hint = remedy(error); !hint.empty()) complain(hint);
  return kExitFailure;
}

// Nothing decided since the last durable entry may be told to anybody, so there is nothing to tidy up.
[[noreturn]] void end_at_once(const Error& error) {
  complain("the journal can no longer be trusted by this process, it ends: " + error.message());
  std::_Exit(kExitFailure);
}

// "http://127.0.0.1:7420", or the unix socket, which never speaks TLS.
std::string url_of(const api::Endpoint& endpoint, bool has_tls) {
  if (std::holds_alternative<api::UnixEndpoint>(endpoint)) return api::to_text(endpoint);
  return (has_tls ? "https://" : "http://") + api::to_text(endpoint);
}

std::string resp_url_of(const api::Endpoint& endpoint, bool has_tls) {
  if (const auto* local = std::get_if<api::UnixEndpoint>(&endpoint)) return "redis+unix:" + local->path();
  return (has_tls ? "rediss://" : "redis://") + api::to_text(endpoint);
}

std::string advertised(const ServeSettings& settings, const std::string& address) {
  if (!settings.advertise.empty()) return settings.advertise;
  return address.starts_with("unix:") ? address : address + settings.base_path;
}

// Beside the journal, so that it is found again with it, and as short-lived where that is.
service::history::HistoryOptions history_options(const ServeSettings& settings) {
  constexpr std::string_view kFile = "file:";
  service::history::HistoryOptions options{
      .directory = {}, .limits = {.bytes = settings.history_bytes, .age = settings.history_keep}};
  const std::string journal = settings.journal_url();
  if (journal.starts_with(kFile)) options.directory = journal.substr(kFile.size()) + "/history";
  return options;
}

keeper::Options keeper_options(const ServeSettings& settings) {
  keeper::Options options;
  options.snapshot_every_bytes = settings.snapshot_bytes;
  return options;
}

// Where paths collide, what comes first wins.
std::vector<std::span<const api::http::Route>> routes_of(const api::http::Dialects& dialects) {
  std::vector parts{api::http::native_routes()};
  if (dialects.keys.enabled) parts.push_back(api::keys::routes());
  if (dialects.rwlocks.enabled) parts.push_back(api::rwlocks::routes());
  if (dialects.terraform.enabled) parts.push_back(api::terraform::routes());
  return parts;
}

std::span<const api::resp::Command> keys_commands(const ServeSettings& settings) {
  return settings.dialects.keys.enabled ? api::keys::commands() : std::span<const api::resp::Command>();
}

service::ClientLimits rwlocks_limits(const ServeSettings& settings) {
  service::ClientLimits limits(boot_clock());
  limits.set({.requests = settings.dialects.rwlocks.rate_per_minute, .period = std::chrono::minutes(1)});
  return limits;
}

// The parts of a running server, made in the order in which they need each other.
class Serving {
 public:
  Serving(std::unique_ptr<journal::Journal> journal, const Config& config,
          std::function<Result<Config>()> reread)
      : config_(config),
        reread_(std::move(reread)),
        journal_(std::move(journal)),
        history_(io_, history_options(settings_)),
        keeper_(io_, *journal_, raw_clock(), system_wall_clock(), keeper_options(settings_), end_at_once) {}

  Result<void> start();
  void run();
  void announce(nanoseconds opening) const;

 private:
  using Listeners = std::vector<std::shared_ptr<api::Listener>>;
  Result<Listeners> listen(const std::vector<api::Endpoint>& endpoints);
  api::http::Backend backend();
  api::resp::Backend resp_backend();
  void await_signals();
  void on_signal(int number);
  void reload();
  void take_over(const ServeSettings& fresh);
  Result<void> use_tls(const ServeSettings& settings);
  std::string summary() const;
  std::string status_line() const;
  void stop();

  const Config config_;  // that it was started with
  const ServeSettings& settings_ = config_.settings();
  const std::function<Result<Config>()> reread_;
  service::Statistics statistics_;
  asio::io_context io_{1};
  std::unique_ptr<journal::Journal> journal_;
  service::history::History history_;
  keeper::Keeper keeper_;
  std::unique_ptr<service::LeaseHandles> handles_;
  std::unique_ptr<service::Checker> checker_;
  std::unique_ptr<api::http::Broadcast> broadcast_;
  api::Gate gate_{boot_clock()};
  const api::http::RouteTable routes_{routes_of(settings_.dialects)};
  const api::resp::CommandTable commands_{api::resp::native_commands(), api::redlock::commands(),
                                          keys_commands(settings_)};
  api::LogDesk log_desk_{settings_.slow_operation};
  api::CommandTraffic command_traffic_{commands_.names()};
  std::unique_ptr<api::http::Server> server_;
  std::unique_ptr<api::resp::Server> resp_server_;
  std::vector<std::string> addresses_;
  std::vector<std::string> resp_addresses_;
  std::vector<std::string> probe_addresses_;
  asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
  bool stopping_ = false;
  int running_servers_ = 2;
};

Result<void> Serving::start() {
  keeper_.events().subscribe(history_);
  if (const auto recovered = keeper_.recover(); !recovered) return recovered.error();
  statistics_.start(keeper_.state());
  keeper_.observe(statistics_);
  const lock::State& state = keeper_.state();
  history_.start({state.cell().id, state.cell().incarnation}, state.revision());
  auto listeners = listen(settings_.listen);
  if (!listeners) return listeners.error();
  auto resp_listeners = listen(settings_.resp_listen);
  if (!resp_listeners) return resp_listeners.error();
  auto probes = listen(settings_.metrics_listen);
  if (!probes) return probes.error();
  for (const auto& listener : *listeners) {
    addresses_.push_back(url_of(listener->endpoint(), settings_.has_tls()));
  }
  for (const auto& listener : *resp_listeners) {
    resp_addresses_.push_back(resp_url_of(listener->endpoint(), settings_.has_tls()));
  }
  for (const auto& listener : *probes) {
    probe_addresses_.push_back(url_of(listener->endpoint(), settings_.has_tls()));
  }
  handles_ = std::make_unique<service::LeaseHandles>(keeper_.state().cell().secret);
  checker_ = std::make_unique<service::Checker>(*handles_, settings_.default_ttl);
  broadcast_ = std::make_unique<api::http::Broadcast>(io_, keeper_, history_, api::http::BroadcastOptions{});
  gate_.most = settings_.max_connections;
  gate_.limits.set(settings_.client_quota);
  server_ = std::make_unique<api::http::Server>(io_, backend());
  resp_server_ = std::make_unique<api::resp::Server>(io_, resp_backend());
  if (const auto used = use_tls(settings_); !used) return used.error();
  for (auto& listener : *listeners) server_->serve(std::move(listener), api::http::Exposure::everything);
  for (auto& listener : *resp_listeners) resp_server_->serve(std::move(listener));
  for (auto& listener : *probes) server_->serve(std::move(listener), api::http::Exposure::probes);
  return {};
}

Result<Serving::Listeners> Serving::listen(const std::vector<api::Endpoint>& endpoints) {
  Listeners listeners;
  for (const api::Endpoint& endpoint : endpoints) {
    auto listener = api::listen(io_, endpoint);
    if (!listener) return listener.error();
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

api::http::Backend Serving::backend() {
  return api::http::Backend{.keeper = keeper_,
                            .routes = routes_,
                            .handles = *handles_,
                            .checker = *checker_,
                            .broadcast = *broadcast_,
                            .statistics = statistics_,
                            .gate = gate_,
                            .advertise = advertised(settings_, addresses_.front()),
                            .resp_addresses = resp_addresses_,
                            .clock = boot_clock(),
                            .started_at = boot_clock().now(),
                            .trusted_proxies = settings_.trusted_proxies,
                            .base_path = settings_.base_path,
                            .browsers = api::http::BrowserRules(settings_.advertise, settings_.cors_origins),
                            .dialects = settings_.dialects,
                            .rwlocks_limits = rwlocks_limits(settings_),
                            .clocks = api::http::ClockWatch(system_wall_clock(), raw_clock()),
                            .log = log_desk_,
                            .commands = command_traffic_,
                            .told = keeper_.state().revision()};
}

api::resp::Backend Serving::resp_backend() {
  return api::resp::Backend{.keeper = keeper_,
                            .handles = *handles_,
                            .checker = *checker_,
                            .statistics = statistics_,
                            .gate = gate_,
                            .commands = commands_,
                            .clock = boot_clock(),
                            .started_at = boot_clock().now(),
                            .log = log_desk_,
                            .traffic = command_traffic_};
}

Result<void> Serving::use_tls(const ServeSettings& settings) {
  if (!settings.has_tls()) return {};
  auto tls = api::TlsContext::load(settings.tls);
  if (!tls) return tls.error();
  resp_server_->use_tls(*tls);
  server_->use_tls(std::move(*tls));
  return {};
}

std::string Serving::summary() const {
  return fmt::format("serving on {}", fmt::join(addresses_, " "));
}

// In one line, for the service manager.
std::string Serving::status_line() const {
  if (resp_addresses_.empty()) return summary();
  return fmt::format("{} {}", summary(), fmt::join(resp_addresses_, " "));
}

void Serving::announce(nanoseconds opening) const {
  const keeper::Status status = keeper_.status();
  spdlog::info("{}, journal {} ({}), revision {}, epoch {}, recovered in {} ms", summary(),
               status.durability.engine, status.durability.level, status.revision.value, status.epoch.value,
               std::chrono::duration_cast<std::chrono::milliseconds>(opening).count());
  if (!resp_addresses_.empty()) {
    spdlog::info("serving the Redis protocol on {}", fmt::join(resp_addresses_, " "));
  }
  if (!probe_addresses_.empty()) spdlog::info("serving probes on {}", fmt::join(probe_addresses_, " "));
  notify_ready(status_line());
}

void Serving::run() {
  await_signals();
  io_.run();
}

void Serving::await_signals() {
  signals_.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    on_signal(number);
    await_signals();
  });
}

void Serving::on_signal(int number) {
  if (number == SIGHUP) {
    if (stopping_) return;
    notify_reloading();
    reload();
    return notify_ready(status_line());
  }
  if (stopping_) std::_Exit(kExitFailure);
  spdlog::info("stopping on signal {}", number);
  stop();
}

// Settings that are wrong somewhere change nothing anywhere.
void Serving::reload() {
  const auto fresh = reread_();
  if (!fresh) return spdlog::error("nothing was reloaded: {}", fresh.error().detail);
  for (const std::string_view name : config_.differences(*fresh)) {
    if (!find_setting(name)->reloadable) spdlog::warn("{} has changed: that takes a restart", name);
  }
  take_over(fresh->settings());
  spdlog::info("reloaded");
}

void Serving::take_over(const ServeSettings& fresh) {
  set_log_level(fresh.log_level);
  gate_.most = fresh.max_connections;
  gate_.limits.set(fresh.client_quota);
  if (fresh.has_tls() != settings_.has_tls()) {
    return spdlog::warn("tls-cert and tls-key: to begin or to end with TLS takes a restart");
  }
  if (const auto used = use_tls(fresh); !used) {
    spdlog::error("the certificate in use stays: {}", used.error().message());
  }
}

void Serving::stop() {
  stopping_ = true;
  notify_stopping();
  server_->stop_accepting();
  resp_server_->stop_accepting();
  keeper_.stop([this] {
    const auto finished = [this] {
      if (--running_servers_ == 0) io_.stop();
    };
    server_->finish(finished);
    resp_server_->finish(finished);
  });
}

}  // namespace

int serve_until_told(const Config& config, std::function<Result<Config>()> reread) {
  const ServeSettings& settings = config.settings();
  raise_descriptor_limit();
  std::signal(SIGPIPE, SIG_IGN);
  const nanoseconds began = boot_clock().now();
  auto journal = journal::open(settings.journal_url(), {.segment_bytes = settings.segment_bytes},
                               [](const std::string& text) { spdlog::warn("journal: {}", text); });
  if (!journal) return fail_start(journal.error());
  Serving serving(std::move(*journal), config, std::move(reread));
  if (const auto started = serving.start(); !started) return fail_start(started.error());
  serving.announce(boot_clock().now() - began);
  serving.run();
  spdlog::info("stopped");
  return kExitOk;
}

}  // namespace holdfast::cli
