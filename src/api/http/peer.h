#pragma once

#include <string>

namespace holdfast::api::http {

// What the calls of a listener can reach.
enum class Exposure { everything, probes };

// Who is at the other end of a connection, and by which door it came.
struct Peer {
  std::string address;         // "192.0.2.7", "::1"; "unix" for a unix socket
  bool trusted_proxy = false;  // whom it says it speaks for is believed
  bool loopback = false;       // it came by a loopback address
  Exposure exposure = Exposure::everything;
};

}  // namespace holdfast::api::http
