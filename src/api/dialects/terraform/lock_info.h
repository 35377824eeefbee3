#pragma once

#include <string>
#include <string_view>

#include <boost/json/storage_ptr.hpp>

#include "lock/reply.h"
#include "service/fault.h"

namespace holdfast::api::terraform {

// What a client says of itself when it locks. All of it is told to those who find the key locked.
struct LockInfo {
  std::string id;
  std::string who;
  std::string operation;
  std::string json;  // all of it, in one line
};

// Takes the body of a LOCK or UNLOCK apart. Memory for that comes from `memory`.
service::Checked<LockInfo> read_lock_info(std::string_view body, boost::json::storage_ptr memory);

// The LockInfo of who has the key, as JSON: the holder's own, or one that says in its fields who is in the
// way otherwise: somebody who holds the key through another interface, or whose turn it is.
std::string lock_info_of(const lock::Refused& refused);

}  // namespace holdfast::api::terraform
