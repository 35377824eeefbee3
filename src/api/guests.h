#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>

#include "api/read_lag.h"
#include "api/socket.h"
#include "base/clock.h"
#include "service/client_limits.h"
#include "service/fault.h"

// The connections of a server: how many there may be, their deadlines, their end. What is the same for every
// protocol. One thread: that of the io_context.

namespace holdfast::api {

// What the servers of one process share, because the bounds are of them all.
struct Gate {
  explicit Gate(const MonotonicClock& clock) : limits(clock) {}

  service::ClientLimits limits;
  std::size_t open = 0;       // connections of all servers
  std::size_t most = 10'240;  // more are refused: overloaded
  ReadLag lag;
};

// One connection, as its server sees it.
class Guest {
 public:
  using Time = std::chrono::steady_clock::time_point;

  virtual ~Guest() = default;
  // When the connection is due to be looked at; never while its client has to wait for us.
  virtual Time deadline() const = 0;
  virtual void time_out() = 0;
  // Ends as soon as nothing is in flight.
  virtual void finish() = 0;
  // Ends what is still in flight with this fault.
  virtual void finish_with(const service::Fault& fault) = 0;
  // Ends at once. No reply is sent any more; pending requests leave the keeper.
  virtual void close() = 0;
};

class Guests {
 public:
  using Time = Guest::Time;
  using Hold = service::ClientLimits::Hold;

  // `gate` must outlive this, and this the run of the io_context.
  Guests(asio::io_context& io, Gate& gate);
  ~Guests();

  // Whether there is no room for another one, not even to tell it so.
  bool is_overrun() const;
  // Room for a connection from there, which is counted as long as `counted` lives.
  std::optional<service::Fault> admit(std::string_view address, Hold& counted);
  // The same without counting it for its address.
  std::optional<service::Fault> admit() const;

  void add(std::shared_ptr<Guest> guest, Hold counted);
  void remove(Guest& guest);
  std::size_t size() const { return guests_.size(); }

  // The time, which may lag behind by a tick.
  Time now() const { return now_; }

  // All end as soon as nothing of them is in flight.
  void finish();
  // Ends what is still in flight with this fault, and calls back when all is sent, or after a short while.
  void end(const service::Fault& fault, std::function<void()> ended);

 private:
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, Executor>;
  struct Entry {
    std::shared_ptr<Guest> guest;
    Hold counted;
  };

  Coroutine<void> watch();
  void look_at_all();
  std::vector<std::shared_ptr<Guest>> all() const;

  Gate& gate_;
  std::unordered_map<Guest*, Entry> guests_;
  Timer tick_;
  Time now_;
  Time end_by_ = Time::max();
  std::function<void()> ended_;
};

}  // namespace holdfast::api
