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

#include "api/http/server.h"
#include "api/listener.h"
#include "base/clock.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "journal/journal.h"
#include "keeper/keeper.h"
#include "service/checker.h"
#include "service/lease_handle.h"

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

// What the operator can do about a journal that does not open.
std::string_view remedy(const Error& error) {
  using journal::Errc;
  if (error.code == make_error_code(Errc::in_use)) {
    return "another server uses this journal: stop it, or name another directory with --data";
  }
  if (error.code == make_error_code(Errc::damaged)) {
    return "nothing was changed: check the disk, look at `holdfast verify`, restore a backup";
  }
  if (error.code == make_error_code(Errc::not_a_journal)) {
    return "name an empty directory, or one that Holdfast has written, with --data";
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

// "http://127.0.0.1:7420", or the unix socket.
std::string advertised(const api::Endpoint& endpoint) {
  return std::holds_alternative<api::TcpEndpoint>(endpoint) ? "http://" + api::to_text(endpoint)
                                                            : api::to_text(endpoint);
}

// The parts of a running server, made in the order in which they need each other.
class Serving {
 public:
  Serving(std::unique_ptr<journal::Journal> journal, lock::Millis default_ttl)
      : journal_(std::move(journal)),
        keeper_(io_, *journal_, raw_clock(), system_wall_clock(), keeper::Options{}, end_at_once),
        default_ttl_(default_ttl) {}

  Result<void> start(const std::vector<api::Endpoint>& endpoints);
  void run();
  void log_start(nanoseconds opening) const;

 private:
  void await_signals();
  void stop();

  asio::io_context io_{1};
  std::unique_ptr<journal::Journal> journal_;
  keeper::Keeper keeper_;
  lock::Millis default_ttl_;
  std::unique_ptr<service::LeaseHandles> handles_;
  std::unique_ptr<service::Checker> checker_;
  std::unique_ptr<api::http::Server> server_;
  std::vector<std::string> addresses_;
  asio::signal_set signals_{io_, SIGTERM, SIGINT};
  bool stopping_ = false;
};

Result<void> Serving::start(const std::vector<api::Endpoint>& endpoints) {
  if (const auto recovered = keeper_.recover(); !recovered) return recovered.error();
  std::vector<std::shared_ptr<api::Listener>> listeners;
  for (const api::Endpoint& endpoint : endpoints) {
    auto listener = api::listen(io_, endpoint);
    if (!listener) return listener.error();
    addresses_.push_back(advertised((*listener)->endpoint()));
    listeners.push_back(std::move(*listener));
  }
  handles_ = std::make_unique<service::LeaseHandles>(keeper_.state().cell().secret);
  checker_ = std::make_unique<service::Checker>(*handles_, default_ttl_);
  server_ = std::make_unique<api::http::Server>(io_,
                                                api::http::Backend{.keeper = keeper_,
                                                                   .handles = *handles_,
                                                                   .checker = *checker_,
                                                                   .advertise = addresses_.front(),
                                                                   .clock = boot_clock(),
                                                                   .started_at = boot_clock().now(),
                                                                   .told = keeper_.state().revision()},
                                                api::http::ServerOptions{});
  for (auto& listener : listeners) server_->serve(std::move(listener));
  return {};
}

void Serving::log_start(nanoseconds opening) const {
  const keeper::Status status = keeper_.status();
  spdlog::info("serving on {}, journal {} ({}), revision {}, epoch {}, recovered in {} ms",
               fmt::join(addresses_, " "), status.durability.engine, status.durability.level,
               status.revision.value, status.epoch.value,
               std::chrono::duration_cast<std::chrono::milliseconds>(opening).count());
}

void Serving::run() {
  await_signals();
  io_.run();
}

void Serving::await_signals() {
  signals_.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    if (stopping_) std::_Exit(kExitFailure);
    spdlog::info("stopping on signal {}", number);
    stop();
    await_signals();
  });
}

void Serving::stop() {
  stopping_ = true;
  server_->stop_accepting();
  keeper_.stop([this] { server_->finish([this] { io_.stop(); }); });
}

}  // namespace

int serve_until_told(const ServeSettings& settings) {
  raise_descriptor_limit();
  std::signal(SIGPIPE, SIG_IGN);
  const nanoseconds began = boot_clock().now();
  auto journal = journal::open(settings.journal_url, {},
                               [](const std::string& text) { spdlog::warn("journal: {}", text); });
  if (!journal) return fail_start(journal.error());
  Serving serving(std::move(*journal), settings.default_ttl);
  if (const auto started = serving.start(settings.listen); !started) return fail_start(started.error());
  serving.log_start(boot_clock().now() - began);
  serving.run();
  spdlog::info("stopped");
  return kExitOk;
}

}  // namespace holdfast::cli
