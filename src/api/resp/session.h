#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "api/resp/reply_writer.h"
#include "service/requests.h"

namespace holdfast::api::resp {

// What a connection was told about its client.
struct Session {
  std::uint64_t id = 0;
  std::string address;     // "192.0.2.7:40312", "[::1]:40312"; "unix" for a unix socket
  service::Caller caller;  // its address is without the port, for limits
  Protocol protocol = Protocol::resp2;
  std::string name;     // CLIENT SETNAME: the owner of what names none
  std::string library;  // CLIENT SETINFO
  std::string library_version;
  std::chrono::nanoseconds since{};

  // Who holds what is taken without naming an owner.
  const std::string& owner() const { return name.empty() ? address : name; }
};

}  // namespace holdfast::api::resp
