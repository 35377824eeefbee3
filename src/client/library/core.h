#pragma once

#include <holdfast/connection.h>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client/library/lines.h"
#include "client/library/renewer.h"

namespace holdfast::detail {

// What the copies of a connection share. From any thread.
class core : public std::enable_shared_from_this<core> {
 public:
  core(const MakeLine& make_line, const connect_options& options);

  result<std::unique_ptr<held_lease>> acquire(const std::vector<std::string>& keys,
                                              const lock_options& options);
  result<std::vector<holder>> holders(const std::string& key);

  // One call on the line for releases and questions, within `bound`, waiting for the line included.
  result<client::RenewReply> renew(const client::RenewRequest& request, milliseconds bound);
  result<void> release(const std::string& handle, milliseconds bound);

  Renewer& renewer() { return renewer_; }

 private:
  using Outcome = result<std::unique_ptr<held_lease>>;

  client::AcquireRequest request_for(const std::vector<std::string>& keys, const lock_options& options) const;
  Outcome attempt(const std::vector<std::string>& keys, const lock_options& options);
  template <class Reply, class Send>
  result<Reply> ask(milliseconds bound, Send send);

  const std::string owner_;
  Lines lines_;
  std::timed_mutex asking_;
  const std::unique_ptr<client::Line> control_;  // guarded by asking_
  Renewer renewer_;
};

}  // namespace holdfast::detail
