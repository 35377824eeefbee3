#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/beast/core/flat_buffer.hpp>

#include "api/guests.h"
#include "api/http/exchange.h"
#include "api/http/request_parser.h"
#include "api/socket.h"
#include "api/stream.h"

// One client connection: HTTP/1.1 and 1.0, keep-alive, pipelining, requests one after the other in order.
//
// It reads all the time, also while a request is pending, because that is how a client that hangs up is
// noticed: then a waiting acquire leaves its queue at once (protocol.md 17). A client that ends its sending
// side alone looks the same and is treated the same: an acquire is dropped, everything else is answered
// first. What a client sends ahead is kept up to a bound; beyond it nothing more is read, and a client that
// does this behind a waiting acquire is cut off, because nobody could see it go.
//
// Reading is a coroutine that keeps the connection alive; replies are written at once, with one call, and
// only what the system does not take goes on in a second coroutine, during which no further request is begun:
// a client that never reads holds one reply and is cut off after a while. A last reply is followed by a short
// time of reading and throwing away, or the reset of a closed socket could overtake it.

namespace holdfast::api::http {

class Connection final : public Guest,
                         public std::enable_shared_from_this<Connection>,
                         private Exchange::Outlet {
 public:
  // What a connection needs of its server.
  class Host {
   public:
    virtual ~Host() = default;
    virtual Backend& backend() = 0;
    virtual Time now() const = 0;  // may lag behind by a tick
    virtual void closed(Connection& connection) = 0;
  };

  // `host` must outlive the connection.
  Connection(Socket socket, Host& host, Peer peer);
  // With TLS, which begins with a handshake.
  Connection(Socket socket, const TlsContext& tls, Host& host, Peer peer);

  void start();
  // Answers with this fault before anything was asked, and ends.
  void start_refused(const service::Fault& fault);
  // Guest
  Time deadline() const override { return deadline_; }
  void time_out() override;
  void finish() override;
  void finish_with(const service::Fault& fault) override;
  void close() override;

 private:
  enum class Stage : std::uint8_t { handshake, idle, head, body, busy, sending, lingering };

  static Coroutine<void> shake_hands(std::shared_ptr<Connection> self, std::optional<service::Fault> refusal);
  static Coroutine<void> read(std::shared_ptr<Connection> self);
  static Coroutine<void> send_rest(std::shared_ptr<Connection> self);

  void begin(const std::optional<service::Fault>& refusal);
  bool wants_input() const;
  void spawn(Coroutine<void> coroutine);
  void ensure_reading();
  void took_input(std::size_t size);
  void input_ended(bool orderly);
  void advance();
  bool can_take() const;
  bool take_request();
  void continue_body();
  void refuse_malformed(boost::beast::error_code error);
  void flush();
  void settle();
  void linger();
  void enter(Stage stage);

  // Exchange::Outlet
  std::string& output() override { return out_; }
  bool may_stay() const override { return !ending_; }
  bool client_is_gone() const override { return stream_.peer_is_gone(); }
  void replied(bool keep_alive) override;
  void progressed() override { flush(); }
  bool is_sending() const override { return sending_; }
  void dropped() override { close(); }

  Stream stream_;
  Host& host_;
  std::shared_ptr<Exchange> exchange_;
  std::optional<RequestParser> parser_;  // of a request that has begun to arrive
  std::array<char, 8192> chunk_;         // what the next read fills
  boost::beast::flat_buffer in_;         // read and not yet used
  std::string out_;                      // replies not yet sent
  std::string sending_out_;              // what send_rest() is sending
  Stage stage_ = Stage::idle;
  Time deadline_ = Time::max();
  bool reading_ = false;
  bool sending_ = false;
  bool advancing_ = false;
  bool continued_ = false;  // "100 Continue" was sent for this request
  bool input_ended_ = false;
  bool ending_ = false;  // no further request is begun
  bool closed_ = false;
};

}  // namespace holdfast::api::http
