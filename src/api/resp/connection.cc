#include "api/resp/connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "api/resp/error_line.h"

namespace holdfast::api::resp {
namespace {

using boost::system::error_code;
using service::Fault;
using std::chrono::seconds;

// Of one connection, with the keeper at a time.
constexpr std::size_t kMaxInLine = 256;

// So many connections may take long to go round, and what one has sent may be as old.
constexpr std::size_t kCrowd = 1'000;

// What is read ahead of commands that are held up.
constexpr std::size_t kMaxAheadBytes = 256 << 10;

// The replies to a pipeline are sent together, but no more of them than this are made ahead of the client.
constexpr std::size_t kFlushAtBytes = 64 << 10;

// An output that grew beyond this gives its memory back.
constexpr std::size_t kKeptOutputBytes = 4 << 10;

// How long a client may take over each part. One that has said something once may be idle for as long as it
// likes, as pools of clients are; a dead one is noticed by keep-alive.
constexpr seconds kHandshakeTime{5};
constexpr seconds kFirstTime{120};
constexpr seconds kCommandTime{10};
constexpr seconds kSendTime{30};
constexpr seconds kLingerTime{2};

}  // namespace

Connection::Connection(Socket socket, Host& host, Session session)
    : stream_(std::move(socket)), host_(host), session_(std::move(session)) {}

Connection::Connection(Socket socket, const TlsContext& tls, Host& host, Session session)
    : stream_(std::move(socket), tls), host_(host), session_(std::move(session)) {}

void Connection::start() {
  if (stream_.is_secured()) return spawn(shake_hands(shared_from_this(), std::nullopt));
  begin(std::nullopt);
}

void Connection::start_refused(const Fault& fault) {
  if (stream_.is_secured()) return spawn(shake_hands(shared_from_this(), fault));
  begin(fault);
}

void Connection::begin(const std::optional<Fault>& refusal) {
  enter(Stage::fresh);
  if (!refusal) return ensure_reading();
  ReplyWriter out(out_, session_.protocol);
  write_fault(out, *refusal);
  ending_ = true;
  advance();
}

Coroutine<void> Connection::shake_hands(std::shared_ptr<Connection> self, std::optional<Fault> refusal) {
  self->enter(Stage::handshake);
  const error_code error = co_await self->stream_.handshake();
  if (self->closed_) co_return;
  if (!error) co_return self->begin(refusal);
  spdlog::debug("{}: no TLS connection: {}", self->session_.address, error.message());
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

// A command that has begun to arrive is bounded by the parser.
bool Connection::wants_input() const {
  if (closed_ || input_ended_) return false;
  return in_.size() < kMaxAheadBytes || (first_ == nullptr && !sending_);
}

void Connection::ensure_reading() {
  if (reading_ || !wants_input()) return;
  reading_ = true;
  spawn(read(shared_from_this()));
}

Coroutine<void> Connection::read(std::shared_ptr<Connection> self) {
  while (self->wants_input()) {
    const std::span<char> space = self->in_.space();
    const asio::mutable_buffer buffer(space.data(), space.size());
    error_code error;
    std::size_t size = 0;
    if (self->stream_.is_secured()) {
      size = co_await self->stream_.read_secured(buffer, error);
    } else {
      size = co_await self->stream_.socket().async_read_some(buffer, asio::redirect_error(kAwait, error));
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
  in_.add(size);
  Gate& gate = backend().gate;
  const bool late = gate.lag.may_be_late(backend().clock.now());
  looked_ = !late && gate.open < kCrowd;
  advance();
  if (!closed_ && waits_ && in_.size() >= kMaxAheadBytes) close();
}

void Connection::input_ended(bool orderly) {
  input_ended_ = true;
  if (!orderly || stage_ == Stage::lingering || holds_acquire()) return close();
  advance();
}

// Takes commands until one has to wait, the input is used up, or a reply cannot be sent just now.
void Connection::advance() {
  if (advancing_ || closed_) return;
  advancing_ = true;
  const std::chrono::nanoseconds now = backend().clock.now();
  while (can_take() && take_command(now)) {
    if (out_.size() >= kFlushAtBytes) flush();
  }
  advancing_ = false;
  if (closed_) return;
  flush();
  if (!closed_) settle();
}

bool Connection::can_take() const {
  return !closed_ && !ending_ && !sending_ && !held_up_ && in_line_ < kMaxInLine && in_.size() > 0;
}

bool Connection::take_command(std::chrono::nanoseconds now) {
  const RequestParser::Outcome outcome = parser_.next(in_.bytes());
  is_partial_ = outcome == RequestParser::Outcome::need_more && parser_.consumed() < in_.size();
  if (outcome == RequestParser::Outcome::broken) {
    complain(parser_.fault());
    return false;
  }
  if (outcome == RequestParser::Outcome::need_more) {
    in_.drop(parser_.consumed());
    return false;
  }
  const Command* const command = backend().commands.find(parser_.arguments().front());
  held_up_ = !may_begin(command);
  if (held_up_) return false;
  has_asked_ = true;
  Exchange& exchange = host_.pool().take();
  join(exchange, command);
  exchange.begin(*this, command, parser_.arguments(), now);
  if (closed_) return false;
  in_.drop(parser_.consumed());
  waits_ = last_ == &exchange && exchange.may_wait();
  return true;
}

bool Connection::may_begin(const Command* command) const {
  if (first_ == nullptr) return true;
  if (waits_ || command == nullptr || command->order == Order::alone) return false;
  return command->order == Order::ordinary || ordinary_in_line_ == 0;
}

// Behind the replies that are still to come.
void Connection::complain(std::string_view fault) {
  ending_ = true;
  Exchange& exchange = host_.pool().take();
  join(exchange, nullptr);
  exchange.begin_refused(*this, fmt::format("ERR Protocol error: {}", fault));
}

void Connection::join(Exchange& exchange, const Command* command) {
  (first_ == nullptr ? first_ : last_->next) = &exchange;
  last_ = &exchange;
  ++in_line_;
  if (command != nullptr && command->order == Order::ordinary) ++ordinary_in_line_;
}

void Connection::replied(Exchange& exchange) {
  if (first_ != &exchange) return;
  while (first_ != nullptr && first_->is_done()) {
    out_ += first_->kept_reply();
    leave_line();
  }
  if (advancing_ || will_go_on_) return;
  will_go_on_ = true;
  host_.call_soon(*this);
}

void Connection::leave_line() {
  Exchange& exchange = *first_;
  if (exchange.command() != nullptr && exchange.command()->order == Order::ordinary) --ordinary_in_line_;
  first_ = std::exchange(exchange.next, nullptr);
  if (first_ == nullptr) {
    last_ = nullptr;
    waits_ = false;
    held_up_ = false;
  }
  --in_line_;
  host_.pool().give_back(exchange);
}

void Connection::go_on() {
  will_go_on_ = false;
  if (closed_) return;
  flush();
  looked_ = false;
  advance();
}

bool Connection::holds_acquire() const {
  for (const Exchange* exchange = first_; exchange != nullptr; exchange = exchange->next) {
    if (exchange->acquires()) return true;
  }
  return false;
}

// Asked once for all that came together.
bool Connection::client_is_gone() {
  if (input_ended_) return true;
  if (std::exchange(looked_, true)) return false;
  return stream_.peer_is_gone();
}

void Connection::flush() {
  if (closed_ || sending_ || out_.empty()) return;
  error_code error;
  const std::size_t sent = stream_.write_some(asio::buffer(out_), error);
  if (error && error != asio::error::would_block) return close();
  if (sent == out_.size()) {
    out_.clear();
    if (out_.capacity() > kKeptOutputBytes) out_ = {};
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
  self->advance();
}

// After every step: what the connection waits for now, and by when.
void Connection::settle() {
  if (sending_ || stage_ == Stage::lingering) return;
  ensure_reading();
  if (first_ != nullptr) {
    enter(Stage::busy);
  } else if (ending_) {
    linger();
  } else if (input_ended_) {
    close();
  } else if (is_partial_) {
    if (stage_ != Stage::partial) enter(Stage::partial);
  } else if (has_asked_) {
    enter(Stage::idle);
  }
}

void Connection::linger() {
  if (input_ended_) return close();
  stream_.end_output();
  in_.drop(in_.size());
  enter(Stage::lingering);
  ensure_reading();
}

void Connection::enter(Stage stage) {
  stage_ = stage;
  const auto after = [&](seconds time) { deadline_ = host_.now() + time; };
  switch (stage) {
    case Stage::handshake:
      return after(kHandshakeTime);
    case Stage::fresh:
      return after(kFirstTime);
    case Stage::partial:
      return after(kCommandTime);
    case Stage::sending:
      return after(kSendTime);
    case Stage::lingering:
      return after(kLingerTime);
    case Stage::idle:
    case Stage::busy:
      deadline_ = Time::max();
  }
}

void Connection::time_out() {
  if (stage_ != Stage::partial) return close();
  is_partial_ = false;
  complain("the command did not arrive in time");
  advance();
}

void Connection::finish() {
  ending_ = true;
  if (first_ == nullptr && !sending_ && out_.empty()) close();
}

// What is in flight was refused by the keeper already; what it does not know of is let go.
void Connection::finish_with(const Fault&) {
  finish();
}

// The posted reference keeps the connection alive until nothing of it is on the stack any more.
void Connection::close() {
  if (closed_) return;
  closed_ = true;
  while (first_ != nullptr) leave_line();
  stream_.close();
  asio::post(stream_.socket().get_executor(), [self = shared_from_this()] {});
  host_.closed(*this);
}

}  // namespace holdfast::api::resp
