#pragma once

#include <holdfast/connection.h>
#include <optional>
#include <stop_token>
#include <string>

namespace holdfast {

// An election is a lock whose holder leads. One object is one candidate; it belongs to one thread at a time,
// but for lost() and the stop of the options.
class HOLDFAST_API campaign {
 public:
  // `name` is the election's key. What a candidate wants others to know of it stands in options.reason; wait,
  // attempts and mode are not looked at.
  campaign(connection from, std::string name, lock_options options = {});

  // Waits until this candidate leads. errc::cancelled when the options' stop was asked for.
  result<void> run();
  // Leads no more, so that the next candidate does. Nothing when it does not lead.
  result<void> resign();

  bool leads() const noexcept { return hold_.is_held(); }
  // Stopped before another can lead, if that comes to pass without resign().
  std::stop_token lost() const noexcept { return hold_.lost(); }
  // Of this reign; larger than that of every reign before. 0 while it does not lead.
  std::uint64_t fencing_token() const noexcept { return hold_.fencing_token(); }

  // Who leads now, if anybody does.
  result<std::optional<holder>> leader() const;

 private:
  connection from_;
  std::string name_;
  lock_options options_;
  hold hold_;
};

}  // namespace holdfast
