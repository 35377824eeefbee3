#include "api/http/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace holdfast::api::http {
namespace {

using boost::system::error_code;
using service::Code;
using service::Fault;
using std::chrono::seconds;

constexpr std::size_t kMaxAheadBytes = 256 << 10;
constexpr std::size_t kKeptOutputBytes = 256 << 10;

// The replies to a pipeline are sent together, but no more of them than this are made ahead of the client.
constexpr std::size_t kFlushAtBytes = 64 << 10;

// How long a client may take over each part.
constexpr seconds kHandshakeTime{5};
constexpr seconds kIdleTime{120};
constexpr seconds kHeadTime{5};
constexpr seconds kSendTime{30};
constexpr seconds kLingerTime{2};

}  // namespace

Connection::Connection(Socket socket, Host& host, Peer peer)
    : stream_(std::move(socket)),
      host_(host),
      exchange_(std::make_shared<Exchange>(host.backend(), static_cast<Exchange::Outlet&>(*this),
                                           std::move(peer))) {}

Connection::Connection(Socket socket, const TlsContext& tls, Host& host, Peer peer)
    : stream_(std::move(socket), tls),
      host_(host),
      exchange_(std::make_shared<Exchange>(host.backend(), static_cast<Exchange::Outlet&>(*this),
                                           std::move(peer))) {}

void Connection::start() {
  if (stream_.is_secured()) return spawn(shake_hands(shared_from_this(), std::nullopt));
  begin(std::nullopt);
}

void Connection::start_refused(const Fault& fault) {
  if (stream_.is_secured()) return spawn(shake_hands(shared_from_this(), fault));
  begin(fault);
}

void Connection::begin(const std::optional<Fault>& refusal) {
  enter(Stage::idle);
  if (!refusal) return ensure_reading();
  exchange_->request().keep_alive = false;
  exchange_->refuse_now(*refusal);
}

Coroutine<void> Connection::shake_hands(std::shared_ptr<Connection> self, std::optional<Fault> refusal) {
  self->enter(Stage::handshake);
  const error_code error = co_await self->stream_.handshake();
  if (self->closed_) co_return;
  if (!error) co_return self->begin(refusal);
  if (self->stream_.turned_out_plain()) {
    co_return self->begin(Fault{Code::invalid_argument, "this address speaks TLS: ask with https", ""});
  }
  spdlog::debug("{}: no TLS connection: {}", self->exchange_->client_address(), error.message());
  self->close();
}

// Out of memory, or a bug: the client learns of it by the end of its connection, and nobody else does.
void Connection::spawn(Coroutine<void> coroutine) {
  asio::co_spawn(stream_.socket().get_executor(), std::move(coroutine),
                 [self = shared_from_this()](const std::exception_ptr& thrown) {
                   if (!thrown) return;
                   try {
                     std::rethrow_exception(thrown);
                   } catch (const std::exception& error) {
                     spdlog::error("a connection was closed: {}", error.what());
                   }
                   self->close();
                 });
}

bool Connection::wants_input() const {
  return !closed_ && !input_ended_ && in_.size() < kMaxAheadBytes;
}

void Connection::ensure_reading() {
  if (reading_ || !wants_input()) return;
  reading_ = true;
  spawn(read(shared_from_this()));
}

Coroutine<void> Connection::read(std::shared_ptr<Connection> self) {
  while (self->wants_input()) {
    error_code error;
    std::size_t size = 0;
    if (self->stream_.is_secured()) {
      size = co_await self->stream_.read_secured(asio::buffer(self->chunk_), error);
    } else {
      size = co_await self->stream_.socket().async_read_some(asio::buffer(self->chunk_),
                                                             asio::redirect_error(kAwait, error));
    }
    if (self->closed_) co_return;
    if (error) {
      self->input_ended(error == asio::error::eof);
    } else {
      self->took_input(size);
    }
  }
  self->reading_ = false;
}

void Connection::took_input(std::size_t size) {
  if (stage_ == Stage::lingering) return;
  in_.commit(asio::buffer_copy(in_.prepare(size), asio::buffer(chunk_, size)));
  if (in_.size() >= kMaxAheadBytes && exchange_->may_wait()) return close();
  advance();
}

void Connection::input_ended(bool orderly) {
  input_ended_ = true;
  if (!orderly || stage_ == Stage::lingering) return close();
  exchange_->client_left();
  if (!closed_) settle();
}

// Takes requests until one is pending, the input is used up, or a reply cannot be sent just now.
void Connection::advance() {
  if (advancing_ || closed_) return;
  advancing_ = true;
  while (can_take() && take_request()) {
    exchange_->begin();
    if (out_.size() >= kFlushAtBytes) flush();
  }
  advancing_ = false;
  if (closed_) return;
  flush();
  if (!closed_) settle();
}

bool Connection::can_take() const {
  return !closed_ && !ending_ && !sending_ && !exchange_->pending() && in_.size() > 0;
}

bool Connection::take_request() {
  if (!parser_) {
    parser_.emplace(exchange_->request(), [exchange = exchange_.get()](Verb method, std::string_view target) {
      return exchange->body_bounds(method, target);
    });
    continued_ = false;
    enter(Stage::head);
  }
  boost::beast::error_code error;
  in_.consume(parser_->put(in_.data(), error));
  if (error == boost::beast::http::error::need_more) error = {};
  if (error) {
    refuse_malformed(error);
    return false;
  }
  if (parser_->is_header_done() && parser_->bounds().bytes > BodyBounds{}.bytes &&
      !exchange_->take_burden()) {
    parser_.reset();
    exchange_->request().keep_alive = false;
    exchange_->refuse_now({Code::too_many_requests, "as many large bodies are on their way as can be", ""});
    return false;
  }
  if (parser_->is_done()) {
    parser_.reset();
    return true;
  }
  if (parser_->is_header_done()) {
    if (stage_ == Stage::head) enter(Stage::body);
    continue_body();
  }
  return false;
}

void Connection::continue_body() {
  if (continued_ || !exchange_->request().expects_continue || !exchange_->request().http_1_1) return;
  continued_ = true;
  out_ += "HTTP/1.1 100 Continue\r\n\r\n";
}

void Connection::refuse_malformed(boost::beast::error_code error) {
  namespace beast = boost::beast::http;
  const std::uint64_t most = parser_->bounds().bytes;
  parser_.reset();
  exchange_->request().keep_alive = false;
  if (error == beast::error::header_limit) {
    exchange_->refuse_now(
        {Code::header_too_large, fmt::format("a header is at most {} bytes", kMaxHeaderBytes), ""});
  } else if (error == beast::error::body_limit) {
    exchange_->refuse_now({Code::too_large, fmt::format("a body is at most {} bytes", most), ""});
  } else {
    exchange_->refuse_now({Code::invalid_argument, fmt::format("this is not HTTP: {}", error.message()), ""});
  }
}

void Connection::replied(bool keep_alive) {
  if (!keep_alive) ending_ = true;
  advance();
}

void Connection::flush() {
  if (sending_ || out_.empty()) return;
  error_code error;
  const std::size_t sent = stream_.write_some(asio::buffer(out_), error);
  if (error && error != asio::error::would_block) return close();
  if (sent == out_.size()) {
    if (out_.capacity() > kKeptOutputBytes) out_ = {};
    out_.clear();
    return;
  }
  out_.erase(0, sent);
  sending_ = true;
  enter(Stage::sending);
  spawn(send_rest(shared_from_this()));
}

Coroutine<void> Connection::send_rest(std::shared_ptr<Connection> self) {
  while (!self->out_.empty()) {
    self->sending_out_ = std::exchange(self->out_, {});
    std::size_t sent = 0;
    while (sent < self->sending_out_.size()) {
      const asio::const_buffer rest = asio::buffer(self->sending_out_) + sent;
      error_code error;
      sent += co_await self->stream_.write_when_ready(rest, error);
      if (self->closed_) co_return;
      if (error) co_return self->close();
      self->enter(Stage::sending);
    }
  }
  self->sending_out_ = {};
  self->sending_ = false;
  self->exchange_->sent();
  self->advance();
}

// After every step: what the connection waits for now, and by when.
void Connection::settle() {
  if (sending_ || stage_ == Stage::lingering) return;
  if (exchange_->pending()) {
    enter(Stage::busy);
  } else if (ending_) {
    return linger();
  } else if (input_ended_) {
    return close();
  } else if (!parser_ && stage_ != Stage::idle) {
    enter(Stage::idle);
    exchange_->drop_burden();
    if (in_.size() == 0 && in_.capacity() > kMaxAheadBytes / 4) in_.shrink_to_fit();
  }
  ensure_reading();
}

void Connection::linger() {
  if (input_ended_) return close();
  stream_.end_output();
  in_.clear();
  enter(Stage::lingering);
  ensure_reading();
}

void Connection::enter(Stage stage) {
  stage_ = stage;
  const auto after = [&](seconds time) { deadline_ = host_.now() + time; };
  switch (stage) {
    case Stage::handshake:
      return after(kHandshakeTime);
    case Stage::idle:
      return after(kIdleTime);
    case Stage::head:
      return after(kHeadTime);
    case Stage::body:
      return after(parser_->bounds().time);
    case Stage::sending:
      return after(kSendTime);
    case Stage::lingering:
      return after(kLingerTime);
    case Stage::busy:
      deadline_ = Time::max();
  }
}

void Connection::time_out() {
  if (stage_ != Stage::head && stage_ != Stage::body) return close();
  parser_.reset();
  exchange_->request().keep_alive = false;
  exchange_->refuse_now({Code::request_timeout, "the request did not arrive in time", ""});
}

void Connection::finish() {
  ending_ = true;
  exchange_->server_stops();
  if (!exchange_->pending() && !sending_ && out_.empty()) close();
}

void Connection::finish_with(const Fault& fault) {
  ending_ = true;
  if (exchange_->pending()) exchange_->refuse_now(fault);
}

// The posted reference keeps the connection alive until nothing of it is on the stack any more.
void Connection::close() {
  if (closed_) return;
  closed_ = true;
  exchange_->abandon();
  stream_.close();
  asio::post(stream_.socket().get_executor(), [self = shared_from_this()] {});
  host_.closed(*this);
}

}  // namespace holdfast::api::http
