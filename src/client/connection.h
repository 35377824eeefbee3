#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "base/error.h"
#include "client/line.h"
#include "client/messages.h"
#include "client/messages_admin.h"
#include "client/problem.h"
#include "client/settings.h"
#include "store/http/http_client.h"

namespace holdfast::client {

// Typed calls to one server over one kept connection of HTTP.
class Connection final : public Line {
 public:
  explicit Connection(const Settings& settings);

  Answer<AcquireReply> acquire(const AcquireRequest& request, const CallOptions& options = {}) override;
  Answer<RenewReply> renew(const RenewRequest& request, const CallOptions& options = {}) override;
  Answer<ReleaseReply> release(const ReleaseRequest& request, const CallOptions& options = {}) override;
  Answer<StatusReply> cancel(const std::string& request_id, const CallOptions& options = {}) override;

  Answer<LeaseReply> open_lease(const OpenLeaseRequest& request, const CallOptions& options = {});
  Answer<LeaseReply> show_lease(const std::string& id, const CallOptions& options = {});
  // `handle` may be empty where the principal owns the lease.
  Answer<StatusReply> end_lease(const std::string& id, const std::string& handle,
                                const std::string& request_id, const CallOptions& options = {});
  Answer<LeaseListReply> list_leases(const std::string& principal, const std::string& cursor,
                                     const CallOptions& options = {});

  Answer<LockReply> show_lock(const std::string& key, const CallOptions& options = {}) override;
  Answer<LockListReply> list_locks(const LockListRequest& request, const CallOptions& options = {});
  Answer<RegisterReply> register_lock(const RegisterRequest& request, const CallOptions& options = {});
  Answer<UnregisterReply> unregister(const std::string& key, const std::string& request_id,
                                     const CallOptions& options = {});
  Answer<BreakReply> break_hold(const BreakRequest& request, const CallOptions& options = {});
  Answer<AskReleaseReply> ask_release(const AskReleaseRequest& request, const CallOptions& options = {});

  Answer<StatusReply> status(const CallOptions& options = {});
  Answer<HistoryReply> history(const HistoryRequest& request, const CallOptions& options = {});
  // Calls `on_event` with every event until it says false (then HttpErrc::cancelled), the server ends the
  // stream, or nothing was heard for a while. `request.since` is moved along, so that the same call goes on
  // without a gap or a repeat. A stream that the server ended with a reason is that problem.
  Answer<StatusReply> watch(WatchRequest& request, const std::function<bool(const Event&)>& on_event,
                            std::stop_token stop = {});
  Answer<StatusReply> finish_upgrade(const CallOptions& options = {});

  // Gives the bytes of a backup to `take` as they come, for as long as they come; by false it ends it
  // (HttpErrc::cancelled). Whether they are all there only the backup's own end tells.
  Answer<StatusReply> backup(std::function<bool(std::string_view)> take);

  const Settings& settings() const { return settings_; }

 private:
  template <class Reply>
  Answer<Reply> call(store::HttpRequest request, const CallOptions& options);
  template <class Reply>
  Answer<Reply> post(std::string_view path, std::string body, const CallOptions& options);
  template <class Reply>
  Answer<Reply> get(const std::string& path, const CallOptions& options);

  Settings settings_;
  store::HttpClient http_;
};

}  // namespace holdfast::client
