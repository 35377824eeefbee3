#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/guests.h"
#include "api/resp/exchange.h"
#include "api/resp/exchange_pool.h"
#include "api/resp/input_buffer.h"
#include "api/resp/request_parser.h"
#include "api/socket.h"
#include "api/stream.h"

// One client connection: commands as they come, replies in their order.
//
// Commands that only the keeper can answer are handed to it one after the other without waiting for its
// answers, so that a pipeline is decided in few batches; which of them must wait for those before is in
// command.h. An acquire that may wait holds up what comes behind it. What a client sends ahead is kept up to
// a bound; beyond it nothing more is read, and a client that does this behind an acquire that waits is cut
// off, because nobody could see it go. A client that ends its sending side alone looks the same and is
// treated the same: acquires are dropped, everything else is answered first.
//
// It reads while answers are pending. Replies gather in one output, which is written with one call at the end
// of each pass; only what the system does not take goes on in a second coroutine, during which no further
// command is begun.

namespace holdfast::api::resp {

class Connection final : public Guest,
                         public std::enable_shared_from_this<Connection>,
                         private Exchange::Outlet {
 public:
  // What a connection needs of its server.
  class Host {
   public:
    virtual ~Host() = default;
    virtual Backend& backend() = 0;
    virtual ExchangePool& pool() = 0;
    virtual Time now() const = 0;  // may lag behind by a tick
    // Calls go_on() when everything that is answered just now is answered.
    virtual void call_soon(Connection& connection) = 0;
    virtual void closed(Connection& connection) = 0;
  };

  // `host` must outlive the connection.
  Connection(Socket socket, Host& host, Session session);
  // With TLS, which begins with a handshake.
  Connection(Socket socket, const TlsContext& tls, Host& host, Session session);

  void start();
  // Answers with this fault before anything was asked, and ends.
  void start_refused(const service::Fault& fault);
  // Sends what has been answered and takes up what was held up.
  void go_on();

  Session& session() override { return session_; }

  // Guest
  Time deadline() const override { return deadline_; }
  void time_out() override;
  void finish() override;
  void finish_with(const service::Fault& fault) override;
  void close() override;

 private:
  enum class Stage : std::uint8_t { handshake, fresh, idle, partial, busy, sending, lingering };

  static Coroutine<void> shake_hands(std::shared_ptr<Connection> self, std::optional<service::Fault> refusal);
  static Coroutine<void> read(std::shared_ptr<Connection> self);
  static Coroutine<void> send_rest(std::shared_ptr<Connection> self);

  void begin(const std::optional<service::Fault>& refusal);
  void spawn(Coroutine<void> coroutine);
  bool wants_input() const;
  void ensure_reading();
  void took_input(std::size_t size);
  void input_ended(bool orderly);

  void advance();
  bool can_take() const;
  bool take_command(std::chrono::nanoseconds now);
  bool may_begin(const Command* command) const;
  void complain(std::string_view fault);

  void join(Exchange& exchange, const Command* command);
  void leave_line();
  bool holds_acquire() const;

  void flush();
  void settle();
  void linger();
  void enter(Stage stage);

  // Exchange::Outlet
  Backend& backend() override { return host_.backend(); }
  std::string* output_of(const Exchange& exchange) override { return first_ == &exchange ? &out_ : nullptr; }
  void replied(Exchange& exchange) override;
  bool client_is_gone() override;
  void drop() override { close(); }
  void end() override { ending_ = true; }

  Stream stream_;
  Host& host_;
  Session session_;
  RequestParser parser_;
  InputBuffer in_;
  std::string out_;            // replies not yet sent
  std::string sending_out_;    // what send_rest() is sending
  Exchange* first_ = nullptr;  // of those in line
  Exchange* last_ = nullptr;
  std::size_t in_line_ = 0;
  std::size_t ordinary_in_line_ = 0;
  Stage stage_ = Stage::fresh;
  Time deadline_ = Time::max();
  bool waits_ = false;       // the last one in line may wait
  bool held_up_ = false;     // the next command has come, but has to wait for those in line
  bool is_partial_ = false;  // a command has begun to arrive
  bool has_asked_ = false;
  bool looked_ = false;  // whether the client is gone was asked in this pass, or need not be
  bool reading_ = false;
  bool sending_ = false;
  bool advancing_ = false;
  bool will_go_on_ = false;
  bool input_ended_ = false;
  bool ending_ = false;  // no further command is begun
  bool closed_ = false;
};

}  // namespace holdfast::api::resp
