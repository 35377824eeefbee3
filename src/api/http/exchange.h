#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/monotonic_resource.hpp>

#include "api/http/backend.h"
#include "api/http/body_fields.h"
#include "api/http/dialect.h"
#include "api/http/json_writer.h"
#include "api/http/long_reply.h"
#include "api/http/peer.h"
#include "api/http/request.h"
#include "api/http/request_log.h"
#include "api/http/router.h"
#include "api/http/target.h"
#include "keeper/keeper.h"
#include "service/fault.h"

namespace holdfast::api::http {

// One request and its reply: found a route for, handled, answered now or when the keeper says. A connection
// has one and uses it for one request after the other, so that buffers are made once.
//
// Its outlet is told when the reply has been appended to the output. Between begin() and that moment the
// exchange is pending. Single-threaded, on the keeper's thread.
class Exchange final : public keeper::Call, public std::enable_shared_from_this<Exchange> {
 public:
  class Outlet {
   public:
    virtual ~Outlet() = default;
    virtual std::string& output() = 0;
    // Whether the connection may go on after this reply, as far as the server is concerned.
    virtual bool may_stay() const = 0;
    // Whether the client has hung up, as far as the system knows, read or not yet read.
    virtual bool client_is_gone() const = 0;
    // The reply is in output(). May come within begin().
    virtual void replied(bool keep_alive) = 0;
    // There is more in output() of a reply that goes on: it is sent as far as the client takes it.
    virtual void progressed() = 0;
    // Whether the client has not taken yet what was in output().
    virtual bool is_sending() const = 0;
    // The request was dropped without a reply: its client is gone.
    virtual void dropped() = 0;
  };

  // `outlet` and `backend` must outlive the exchange, or the last call of abandon().
  Exchange(Backend& backend, Outlet& outlet, Peer peer);
  ~Exchange() override;

  // --- for the connection ---

  Request& request() { return request_; }
  // What a request to this target may bring.
  BodyBounds body_bounds(Verb method, std::string_view target) const;
  // Whether this exchange may have a body or a reply that is larger than usual: those are megabytes in memory
  // for as long as a client takes over them, so they are counted, until the output is sent.
  bool take_burden();
  void drop_burden();
  void begin();
  bool pending() const { return phase_ != Phase::idle; }
  // Whether it may stay pending for as long as its client likes to wait.
  bool may_wait() const { return phase_ == Phase::acquiring || phase_ == Phase::streaming; }
  // The client has taken all that was in the output.
  void sent();
  // The server takes no more requests; a reply that would go on is ended.
  void server_stops();
  // The client sends nothing more, or is gone. Drops an acquire, which nobody may be there to be told of, and
  // a stream; anything else goes on. Dropping calls the outlet.
  void client_left();
  // Forgets the request; nobody is called.
  void abandon();
  // Ends a pending request with this fault, and a request that could not be read.
  void refuse_now(const service::Fault& fault);

  // --- for handlers ---

  const Request& asked() const { return request_; }
  std::string_view query() const { return target_.query; }
  // What a name of the route's pattern stands for, still encoded.
  std::string_view path_value(std::size_t index = 0) const { return match_.values[index]; }
  Backend& backend() { return backend_; }
  service::Caller caller() const { return {.address = client_address()}; }
  // The client's own id of the request, for the log and the reply.
  void call_it(std::string_view request_id) { log_.call_it(request_id); }
  // Where the request comes from, through trusted proxies, for logs and limits: "192.0.2.7", "::1", or "unix"
  // for a unix socket.
  const std::string& client_address() const { return client_; }

  // For what is read from the body; as long as the request.
  boost::json::storage_ptr json_memory() { return &*json_memory_; }

  // Takes the body apart: `read(BodyFields&)`. What is wrong with it, if anything.
  template <class Read>
  std::optional<service::Fault> read_body(Read read) {
    auto object = json_body();
    if (!object) return object.error();
    call_by_id(*object);
    BodyFields fields(*object);
    read(fields);
    return fields.finish();
  }

  // Hands the command over, or refuses.
  template <class Command>
  void submit(service::Checked<Command> command) {
    if (!command) return refuse(command.error());
    submit_command(lock::Command(std::move(*command)));
  }

  // The same, when something else than the native reply is to be told: `then` answers what the keeper says.
  using Then = std::function<void(Exchange& exchange, lock::Revision revision, const lock::Reply& reply)>;
  template <class Command>
  void submit(service::Checked<Command> command, Then then) {
    if (!command) return refuse(command.error());
    then_ = std::move(then);
    submit_command(lock::Command(std::move(*command)));
  }

  // As a problem, or as the route's dialect tells it.
  void refuse(const service::Fault& fault);

  // Says, for the log and the metrics, that what is answered is a refusal. The body is the caller's.
  void mark_refused(service::Code code) { refusal_ = code; }

  // The same for a refusal that the state is the reason of: told when all that it shows is durable.
  void refuse_when_durable(const service::Fault& fault);
  void refuse_when_durable(const lock::Refused& refused);

  // A fresh body; tag() gives its reply an ETag, if there is a version. Then answer with it: at once for what
  // depends on no state, else when all that the state shows now is durable.
  JsonWriter body();
  void tag(lock::Revision version);
  void answer(int status = 200);
  // The same with a body that is no JSON. The type is a literal.
  void answer_text(std::string_view content_type, std::string text, std::string_view more_fields = {});
  void answer_when_durable(int status = 200);
  // Of what the keeper has said, decided at `revision`.
  void answer_at(lock::Revision revision, int status = 200) { reply(status, revision); }

  // Leaves the request pending until somebody else calls what this returns, on this thread; then `then(*this,
  // arguments …)` answers it, unless it is gone by then.
  template <class Then>
  auto go_on(Then then) {
    phase_ = Phase::reading;
    return [weak = weak_from_this(), number = number_, then = std::move(then)](auto&&... arguments) {
      const auto self = weak.lock();
      if (!self || self->phase_ != Phase::reading || self->number_ != number) return;
      const LogScope scope(self->log_);
      then(*self, std::forward<decltype(arguments)>(arguments)...);
    };
  }

  // Begins a reply that goes on instead: its head is sent at once. The type is a literal. False when that was
  // all, because only the head was asked for or the client is gone; the stream is not used then.
  bool begin_stream(std::shared_ptr<LongReply> stream, std::string_view content_type);
  // More of it; not while may_send() is false.
  void send(std::string_view text);
  bool may_send() const { return phase_ == Phase::streaming && !outlet_.is_sending(); }
  // The stream is complete; so is the connection.
  void end_stream();
  // Closes the connection before the stream is complete, so that its client sees that.
  void cut_stream();

  // keeper::Call
  void answered(lock::Revision revision, const lock::Reply& answer, const keeper::Timing& timing) override;

 private:
  enum class Phase : std::uint8_t { idle, handling, acquiring, commanding, reading, streaming };

  service::Checked<boost::json::object> json_body();
  void submit_command(lock::Command&& command);
  void forget_last();
  void append_request_id();
  void call_by_id(const boost::json::object& body);
  std::optional<service::Fault> look_up();
  void dispatch();
  std::optional<std::string_view> inner_path(std::string_view path) const;
  void begin_problem(service::Code code, std::string_view detail);
  std::optional<service::Fault> over_limit(const Route& route);
  std::optional<service::Fault> count_wait(const lock::Command& command);
  void grant_leave();
  void reply(int status, lock::Revision revision, std::optional<std::uint64_t> retry_after = std::nullopt);

  Backend& backend_;
  Outlet& outlet_;
  const Peer peer_;
  std::string client_;  // its address
  RequestLog log_{client_};
  Phase phase_ = Phase::idle;
  bool client_left_ = false;
  bool burdened_ = false;
  keeper::CallId call_;
  Then then_;                         // what answers the command, if not the native reply does
  service::ClientLimits::Hold wait_;  // of an acquire that may wait
  std::uint64_t number_ = 0;          // of the request, so that a late callback of an earlier one is known
  Request request_;
  Target target_;
  RouteMatch match_;                      // of the target, whether it comes to its route or not
  const Route* route_ = nullptr;          // none: no request was read, or it has no route
  std::optional<service::Code> refusal_;  // that the reply tells
  std::string failure_;                   // why, for the log
  std::chrono::nanoseconds began_{};
  lock::Millis waited_{0};  // in a lock's queue
  std::string_view content_type_;
  std::string_view allow_;
  std::string fields_;  // header lines besides the usual ones
  std::string body_;
  std::shared_ptr<LongReply> stream_;
  unsigned char json_space_[4096];
  // Made anew for each request: released, it would still remember to ask for twice as much the next time.
  std::optional<boost::json::monotonic_resource> json_memory_;
};

}  // namespace holdfast::api::http
