#pragma once

#include <memory>
#include <random>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "connection.h"
#include "operation.h"
#include "run.h"

namespace holdfast::load {

class Client;

// What one client does. Every call comes from the client, on its thread.
class Workload {
 public:
  virtual ~Workload() = default;
  // The client is connected and nothing is in flight: perform() one operation, pause(), or finish().
  virtual void next(Client& client) = 0;
  // It was answered with anything but 503 (those the client repeats itself). next() follows.
  virtual void answered(Client& client, const Operation& operation, const Answer& answer,
                        History::Times times) = 0;
};

// One connection in a closed loop. When the server goes away, or on purpose (`lose_percent`: a reply is
// thrown away after it was read; `cut_percent`: the connection is cut right after sending; `timeout_ms`), the
// same operation with the same request_id is sent again over a new connection, and the attempt is recorded as
// unknown.
class Client final : private ConnectionUser {
 public:
  Client(Run& run, unsigned number, std::unique_ptr<Workload> workload);

  void start() { open(); }
  void perform(Operation operation);
  void pause(std::chrono::microseconds time);  // then next()
  void finish();
  // The run is over; what is in flight is unknown.
  void abandon();

  Run& run() { return run_; }
  unsigned number() const { return number_; }
  std::uint64_t random(std::uint64_t below) { return random_() % below; }
  bool chance(unsigned percent) { return percent > 0 && random(100) < percent; }
  std::string new_request_id();

 private:
  void connected() override;
  void replied(int status, std::string_view body) override;
  void lost() override;

  void open();
  void send();
  // Gives up what is under way when nothing has come by then.
  void expect_within(std::int64_t more_ms);
  void expect_nothing() { ++expectation_; }
  void settle(Answer answer, std::int64_t now_ns);
  void lose_reply(Answer answer);
  void compare_with_lost(const Answer& answer);
  void again_after(std::chrono::microseconds time);
  void record_unknown();
  void record(History::Times times, const Answer& answer);
  void next();

  Run& run_;
  const unsigned number_;
  std::unique_ptr<Workload> workload_;
  Connection connection_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer deadline_;
  std::uint64_t expectation_ = 0;  // an earlier one is over
  std::mt19937_64 random_;
  std::uint64_t requests_ = 0;
  Operation operation_;
  std::string request_;
  std::optional<Answer> lost_answer_;
  std::int64_t call_ns_ = 0;
  bool in_flight_ = false;  // an operation is to be answered, whether or not it is on the wire just now
  bool on_wire_ = false;
  bool connected_ = false;
  bool finished_ = false;
};

}  // namespace holdfast::load
