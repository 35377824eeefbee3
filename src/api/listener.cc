#include "api/listener.h"

#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace holdfast::api {
namespace {

using boost::system::error_code;

constexpr int kUserTimeoutMs = 5'000;
constexpr int kKeepIdleSeconds = 2;
constexpr int kKeepIntervalSeconds = 1;
constexpr int kKeepProbes = 3;
constexpr std::chrono::milliseconds kPauseAfterFailure{100};

void set_option(Socket& socket, int level, int name, int value) {
  ::setsockopt(socket.native_handle(), level, name, &value, sizeof value);
}

// What cannot be set is a connection that ends later than it could, never a wrong answer.
void tune_tcp(Socket& socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, kKeepIdleSeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, kKeepIntervalSeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, kKeepProbes);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMs);
}

template <class Protocol>
class AcceptingListener final : public Listener,
                                public std::enable_shared_from_this<AcceptingListener<Protocol>> {
 public:
  explicit AcceptingListener(asio::io_context& io)
      : acceptor_(io.get_executor()), pause_(io.get_executor()) {}
  ~AcceptingListener() override { AcceptingListener::close(); }

  error_code open(const typename Protocol::endpoint& endpoint) {
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) endpoint_ = acceptor_.local_endpoint(error);
    return error;
  }

  void start(OnSocket on_socket) override {
    spawn(acceptor_.get_executor(), accept_all(this->shared_from_this(), std::move(on_socket)));
  }

  void close() override {
    if (!acceptor_.is_open()) return;
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    if constexpr (std::is_same_v<Protocol, asio::local::stream_protocol>) ::unlink(endpoint_.path().c_str());
  }

  Endpoint endpoint() const override { return endpoint_; }

 private:
  // Out of descriptors, the rest of the backlog waits until some are free again.
  static Coroutine<void> accept_all(std::shared_ptr<AcceptingListener> self, OnSocket on_socket) {
    while (self->acceptor_.is_open()) {
      typename asio::basic_stream_socket<Protocol, Executor> socket(self->acceptor_.get_executor());
      const auto [error] = co_await self->acceptor_.async_accept(socket, asio::as_tuple(kAwait));
      if (!self->acceptor_.is_open()) co_return;
      if (error) {
        self->pause_.expires_after(kPauseAfterFailure);
        co_await self->pause_.async_wait(asio::as_tuple(kAwait));
        continue;
      }
      Socket accepted(std::move(socket));
      error_code failed;
      accepted.non_blocking(true, failed);
      if (failed) continue;
      if constexpr (std::is_same_v<Protocol, asio::ip::tcp>) tune_tcp(accepted);
      on_socket(std::move(accepted));
    }
  }

  asio::basic_socket_acceptor<Protocol, Executor> acceptor_;
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                             Executor>
      pause_;
  typename Protocol::endpoint endpoint_;
};

// A socket file that is left from a process that died: nobody accepts there.
void remove_stale(const UnixEndpoint& endpoint) {
  struct stat info {};
  if (::lstat(endpoint.path().c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return;
  asio::io_context io;
  asio::local::stream_protocol::socket probe(io);
  error_code error;
  probe.connect(endpoint, error);
  if (error == asio::error::connection_refused) ::unlink(endpoint.path().c_str());
}

}  // namespace

Result<std::shared_ptr<Listener>> listen(asio::io_context& io, const Endpoint& endpoint) {
  const auto open = [&](auto listener, const auto& place) -> Result<std::shared_ptr<Listener>> {
    const error_code error = listener->open(place);
    if (error) return Error{error, fmt::format("cannot listen on {}", to_text(endpoint))};
    return std::shared_ptr<Listener>(std::move(listener));
  };
  if (const auto* local = std::get_if<UnixEndpoint>(&endpoint)) {
    remove_stale(*local);
    return open(std::make_shared<AcceptingListener<asio::local::stream_protocol>>(io), *local);
  }
  return open(std::make_shared<AcceptingListener<asio::ip::tcp>>(io), std::get<TcpEndpoint>(endpoint));
}

}  // namespace holdfast::api
