#pragma once

#include <string>

#include "api/http/request.h"
#include "api/network.h"

namespace holdfast::api::http {

// The client's address by `Forwarded` (RFC 7239) or `X-Forwarded-For` of a request that a trusted proxy
// sent: going from the last hop back, the first that is no trusted proxy itself. A hop that is no address
// ends the search at the one after it. Proxies write one of the two and may pass the other on as a client
// sent it, so where they disagree neither is believed. `peer` is the proxy's own address, and the answer
// when the headers say nothing.
std::string forwarded_client(const Request& request, const TrustedProxies& proxies, const std::string& peer);

}  // namespace holdfast::api::http
