#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <thread>
#include <vector>

#include "client/alarm.h"
#include "client/library/renewed_lease.h"
#include "client/line.h"

namespace holdfast::detail {

// The one thread that renews all leases of a connection, one after the other over one line, and tells each in
// time when it is at risk or lost. A try never takes so long that the verdict on another lease would be late.
class Renewer {
 public:
  using Log = std::function<void(std::string_view)>;
  Renewer(std::unique_ptr<client::Line> line, Log log);
  // Takes milliseconds, whatever the server does. Not from within a callback.
  ~Renewer();
  Renewer(const Renewer&) = delete;
  Renewer& operator=(const Renewer&) = delete;

  void add(std::shared_ptr<RenewedLease> lease);
  // Afterwards nothing is sent for this lease, and nothing of it is told: it waits for a try that is under
  // way, which it ends. From within a callback of the lease it does not wait.
  void remove(const std::shared_ptr<RenewedLease>& lease);
  // Its times have changed.
  void reconsider(const std::shared_ptr<RenewedLease>& lease);

 private:
  using Lease = std::shared_ptr<RenewedLease>;
  using InTime = std::set<std::pair<BootTime, Lease>>;
  struct Times {
    std::optional<BootTime> attempt;
    std::optional<BootTime> verdict;
  };

  void work(std::stop_token stop);
  std::vector<Lease> take_due(const InTime& times, BootTime until, std::size_t most);
  void put_back();
  void schedule(const Lease& lease);
  void unschedule(const Lease& lease);
  std::optional<BootTime> next_wake();
  void renew(const std::vector<Lease>& due, std::stop_token stop);
  void hear(const Lease& lease, BootTime sent, const client::Answer<client::RenewReply>& answer);
  Milliseconds limit_for(const std::vector<Lease>& due, BootTime now);

  const std::unique_ptr<client::Line> line_;
  const Log log_;
  client::Alarm alarm_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable idle_;
  std::map<Lease, Times> leases_;
  InTime attempts_;
  InTime verdicts_;
  std::vector<Lease> busy_;   // what the thread has to do with just now
  std::stop_source attempt_;  // ends it
  std::jthread thread_;       // last: starts when everything before it exists
};

}  // namespace holdfast::detail
