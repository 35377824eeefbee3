#pragma once

#include <string_view>

#include "lock/command.h"

// The names under which requests can be repeated (protocol.md 25): the id is SHA-256(principal, request_id),
// so that nobody can aim at another principal's; the fingerprint tells whether the same was asked, over verb,
// keys in the order of the request, modes, groups, permits, limits, lease and owner. How long to wait and why
// are left out: a retry with the remaining wait is the same request.

namespace holdfast::service {

lock::RequestTag tag_of(std::string_view principal, std::string_view request_id, const lock::Acquire& asked);
lock::RequestTag tag_of(std::string_view principal, std::string_view request_id,
                        const lock::OpenLease& asked);
lock::RequestTag tag_of(std::string_view principal, std::string_view request_id, const lock::Release& asked);
lock::RequestTag tag_of(std::string_view principal, std::string_view request_id, const lock::Register& asked);
lock::RequestTag tag_of(std::string_view principal, std::string_view request_id,
                        const lock::Unregister& asked);
lock::RequestTag tag_of(std::string_view principal, std::string_view request_id, const lock::Break& asked);
lock::RequestTag tag_of(std::string_view principal, std::string_view request_id,
                        const lock::RequestRelease& asked);

// Names a request for its withdrawal; without a fingerprint.
lock::RequestTag tag_of(std::string_view principal, std::string_view request_id);

}  // namespace holdfast::service
