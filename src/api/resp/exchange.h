#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/resp/backend.h"
#include "api/resp/command.h"
#include "api/resp/reply_writer.h"
#include "api/resp/request_parser.h"
#include "api/resp/session.h"
#include "base/log_scope.h"
#include "keeper/keeper.h"
#include "lock/reply.h"
#include "service/fault.h"

namespace holdfast::api::resp {

// One command and its reply: handled, answered now or when the keeper says. Exchanges are taken from the
// server's pool and given back, so that a command allocates nothing of its own here.
//
// The exchanges of a connection stand in line. The reply of the first is written into the connection's
// output, that of a later one is kept here until its turn. Single-threaded, on the keeper's thread.
class Exchange final : public keeper::Call, public LogContext {
 public:
  // What an exchange needs of its connection.
  class Outlet {
   public:
    virtual ~Outlet() = default;
    virtual Backend& backend() = 0;
    virtual Session& session() = 0;
    // Where the reply goes now: the output of the connection, or none when others come first.
    virtual std::string* output_of(const Exchange& exchange) = 0;
    // The reply is complete. May end the exchange's use.
    virtual void replied(Exchange& exchange) = 0;
    virtual bool client_is_gone() = 0;
    // Closes the connection without any further reply.
    virtual void drop() = 0;
    // Closes the connection when all that was replied is sent.
    virtual void end() = 0;
  };

  // Writes what the keeper answers as exactly one reply.
  using Encode = void (*)(const Exchange& exchange, ReplyWriter& out, lock::Revision revision,
                          const lock::Reply& reply);

  // --- for the connection ---

  // `arguments` are valid only within the call. May reply within.
  void begin(Outlet& outlet, const Command* command, Arguments arguments, std::chrono::nanoseconds now);
  // Replies with this error to what is no command.
  void begin_refused(Outlet& outlet, std::string_view line);
  // Forgets the command; nobody is called.
  void abandon();
  bool is_done() const { return phase_ == Phase::done; }
  bool acquires() const { return phase_ == Phase::acquiring; }
  // Whether it may stay unanswered for as long as its client likes to wait.
  bool may_wait() const { return may_wait_; }
  const Command* command() const { return command_; }
  std::string& kept_reply() { return kept_; }

  Exchange* next = nullptr;  // in line, or in the pool

  // --- for handlers ---

  // The words of the command; only within the handler.
  Arguments arguments() const { return arguments_; }
  Backend& backend() const { return outlet_->backend(); }
  Session& session() const { return outlet_->session(); }
  const service::Caller& caller() const { return session().caller; }

  // Answers at once. `write(ReplyWriter&)` writes exactly one reply.
  template <class Write>
  void reply(Write write) {
    ReplyWriter out = begin_reply();
    write(out);
    finish();
  }

  // The same when all that the state shows now is durable.
  template <class Write>
  void reply_when_durable(Write write) {
    ReplyWriter out(kept_, session().protocol);
    write(out);
    wait_until_durable();
  }

  void refuse(const service::Fault& fault);
  void refuse_when_durable(const service::Fault& fault);
  // A complaint of the protocol itself, as Redis words it: "ERR …".
  void refuse(std::string_view line);

  // Hands the command over; `encode` gets the answer, refusals included: `encode_or_refuse` has the native
  // ones.
  template <class LockCommand>
  void submit(service::Checked<LockCommand> command, Encode encode) {
    if (!command) return refuse(command.error());
    submit_command(lock::Command(std::move(*command)), encode);
  }

  // The client's own id of the command, for the log.
  void call_it(std::string_view request_id);

  // Closes the connection after this reply.
  void end_connection() { outlet_->end(); }

  // The keys of an acquire of several, in the order in which they were asked for.
  std::vector<std::string> keys;

  // LogContext
  void describe(LogFields& out) const override;

  // keeper::Call
  void answered(lock::Revision revision, const lock::Reply& answer, const keeper::Timing& timing) override;

 private:
  enum class Phase : std::uint8_t { idle, handling, acquiring, commanding, reading, done };

  ReplyWriter begin_reply();
  void finish();
  void forget_last();
  void refused(service::Code code, std::string_view why);
  void count(std::chrono::nanoseconds now);
  void tell(std::chrono::nanoseconds now, bool failed);
  void wait_until_durable();
  void submit_command(lock::Command&& command, Encode encode);
  std::optional<service::Fault> over_limit() const;
  std::optional<service::Fault> count_wait(const lock::Command& command);

  Outlet* outlet_ = nullptr;
  const Command* command_ = nullptr;
  Arguments arguments_;
  Encode encode_ = nullptr;
  keeper::CallId call_;
  std::chrono::nanoseconds began_{};
  Phase phase_ = Phase::idle;
  bool may_wait_ = false;
  std::uint64_t number_ = 0;  // of the command, so that a late callback of an earlier one is known
  service::ClientLimits::Hold wait_;
  std::string kept_;  // the reply, until its turn

  // --- of the reply, for figures and log ---

  enum class Result : std::uint8_t { ok, misused, refused };
  Result result_ = Result::ok;
  service::Code refusal_{};
  std::string failure_;     // why, of a failure
  lock::Millis waited_{0};  // in a lock's queue
  std::size_t locks_ = 0;   // that it asks for
  std::string request_id_;
};

}  // namespace holdfast::api::resp
