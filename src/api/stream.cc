#include "api/stream.h"

#include <poll.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace holdfast::api {

using boost::system::error_code;

Coroutine<error_code> Stream::wait(asio::socket_base::wait_type what) {
  const auto [error] = co_await socket_.async_wait(what, asio::as_tuple(kAwait));
  if (!socket_.is_open()) co_return error_code(asio::error::operation_aborted);
  co_return error;
}

Coroutine<error_code> Stream::handshake() {
  for (;;) {
    error_code error;
    tls_->handshake(error);
    if (error != asio::error::would_block) co_return error;
    error = co_await wait(tls_->waits_for());
    if (error) co_return error;
  }
}

// Always goes through the loop once, so that a client that sends without a pause holds up nobody.
Coroutine<std::size_t> Stream::read_secured(asio::mutable_buffer buffer, error_code& error) {
  if (tls_->has_unread()) {
    co_await asio::post(socket_.get_executor(), kAwait);
    error = socket_.is_open() ? error_code() : error_code(asio::error::operation_aborted);
  } else {
    error = co_await wait(asio::socket_base::wait_read);
  }
  while (!error) {
    const std::size_t size = tls_->read_some(buffer, error);
    if (error != asio::error::would_block) co_return size;
    error = co_await wait(tls_->waits_for());
  }
  co_return 0;
}

// Without renegotiation nothing that is written waits for something to be read.
Coroutine<std::size_t> Stream::write_when_ready(asio::const_buffer buffer, error_code& error) {
  if (!tls_) co_return co_await socket_.async_write_some(buffer, asio::redirect_error(kAwait, error));
  error = co_await wait(asio::socket_base::wait_write);
  const std::size_t size = error ? 0 : tls_->write_some(buffer, error);
  if (error == asio::error::would_block) error = {};
  co_return size;
}

bool Stream::turned_out_plain() {
  if (!tls_->met_plain_http()) return false;
  tls_.reset();
  return true;
}

// Of a socket that fails the state is not known, so its client is taken to be gone.
bool Stream::peer_is_gone() const {
  pollfd asked{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&asked, 1, 0) != 0 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

void Stream::end_output() {
  if (tls_) tls_->end();
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Stream::close() {
  if (tls_ && socket_.is_open()) tls_->end();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace holdfast::api
