#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "api/http/forwarded.h"
#include "api/http/request_parser.h"
#include "input.h"
#include "target.h"

namespace {

using namespace holdfast;
using namespace api::http;

struct Read {
  Request request;
  bool done = false;
};

BodyBounds bounds_of(Verb method, std::string_view target) {
  return method == Verb::post && target == "/large" ? BodyBounds{.bytes = 2 << 20} : BodyBounds{};
}

// As a connection does that gets `step` bytes at a time.
Read read(std::string_view text, std::size_t step) {
  Read read;
  RequestParser parser(read.request, bounds_of);
  std::size_t known = 0;
  std::size_t used = 0;
  const auto is_broken = [](const RequestParser::ErrorCode& error) {
    return error && error != boost::beast::http::error::need_more;
  };
  RequestParser::ErrorCode error;
  while (known < text.size() && !parser.is_done() && !is_broken(error)) {
    known = std::min(text.size(), known + step);
    error = {};
    used += parser.put(boost::asio::buffer(text.data() + used, known - used), error);
    HOLDFAST_ASSERT(used <= known);
  }
  read.done = parser.is_done();
  HOLDFAST_ASSERT(read.request.body.size() <= parser.bounds().bytes);
  return read;
}

bool same(const Request& a, const Request& b) {
  return a.method == b.method && a.http_1_1 == b.http_1_1 && a.keep_alive == b.keep_alive &&
         a.expects_continue == b.expects_continue && a.host_count == b.host_count && a.target == b.target &&
         a.host == b.host && a.forwarded == b.forwarded && a.forwarded_for == b.forwarded_for &&
         a.lease_handle == b.lease_handle && a.request_id == b.request_id && a.user_id == b.user_id &&
         a.body == b.body;
}

void check_forwarded(const Request& request) {
  api::TrustedProxies proxies{.networks = {*api::Network::parse("10.0.0.0/8")}};
  const std::string client = forwarded_client(request, proxies, "10.0.0.1");
  HOLDFAST_ASSERT(api::Network::parse(client).has_value());
}

}  // namespace

// The first byte is the size of the pieces. Of a request that is not there whole, one may see sooner than the
// other that it is broken.
HOLDFAST_FUZZ_TARGET(http_request) {
  fuzz::Input choices(input);
  const std::size_t step = 1 + choices.up_to(63);
  const std::string_view text = as_text(choices.rest());
  const Read whole = read(text, text.size());
  const Read pieces = read(text, step);
  HOLDFAST_ASSERT(whole.done == pieces.done);
  if (!whole.done) return;
  HOLDFAST_ASSERT(same(whole.request, pieces.request));
  check_forwarded(whole.request);
}
