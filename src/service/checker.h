#pragma once

#include <optional>
#include <string>

#include "lock/command.h"
#include "service/fault.h"
#include "service/lease_handle.h"
#include "service/requests.h"

// Turns what clients ask into commands of the lock core: every bound of lock/limits.h is held here, every
// lease handle proven, every request tagged. A fault is `invalid_argument` with the field that is wrong,
// or `lease_gone` for a handle that proves nothing.

namespace holdfast::service {

class Checker {
 public:
  // `handles` must outlive the checker. `default_ttl` is what a request without a ttl gets.
  Checker(const LeaseHandles& handles, lock::Millis default_ttl)
      : handles_(handles), default_ttl_(default_ttl) {}

  Checked<lock::Acquire> acquire(const Caller& caller, AcquireRequest request) const;
  Checked<lock::OpenLease> open_lease(const Caller& caller, OpenLeaseRequest request) const;
  Checked<lock::Renew> renew(const Caller& caller, RenewRequest request) const;
  Checked<lock::Release> release(const Caller& caller, ReleaseRequest request) const;
  Checked<lock::Cancel> cancel(const Caller& caller, CancelRequest request) const;
  Checked<lock::Register> register_lock(const Caller& caller, RegisterRequest request) const;
  Checked<lock::Unregister> unregister(const Caller& caller, UnregisterRequest request) const;
  Checked<lock::Break> break_hold(const Caller& caller, BreakRequest request) const;
  Checked<lock::RequestRelease> request_release(const Caller& caller, ReleaseWishRequest request) const;

  // Of dialects, whose clients prove a hold by its alias. 0 < ttl_ms, or -1.
  Checked<lock::Acquire> acquire(const Caller& caller, AliasedAcquireRequest request) const;
  Checked<lock::AcquireEach> acquire_each(const Caller& caller, AliasedAcquireEachRequest request) const;
  Checked<lock::Renew> renew(lock::AliasedHold hold, std::int64_t ttl_ms) const;
  Checked<lock::Release> release(lock::AliasedHold hold) const;
  Checked<lock::Acquire> poll(const Caller& caller, PollRequest request) const;

  // The object and size of what is stored are still to come. `under`: the hold that the caller has of the
  // key.
  Checked<lock::StoreDocument> store_document(const Caller& caller, std::string key,
                                              std::optional<lock::AliasedHold> under) const;
  Checked<lock::RemoveDocument> remove_document(const Caller& caller, std::string key,
                                                std::optional<lock::AliasedHold> under) const;

 private:
  Checked<lock::LeaseId> proven(std::string_view handle) const;

  const LeaseHandles& handles_;
  lock::Millis default_ttl_;
};

}  // namespace holdfast::service
