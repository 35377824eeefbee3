#include "api/http/request_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <gtest/gtest.h>

namespace holdfast::api::http {
namespace {

using Error = boost::beast::http::error;

struct Parsed {
  Request request;
  boost::beast::error_code error;
  bool done = false;
  std::size_t used = 0;
};

// Feeds the text in pieces of `step` bytes, as a socket would.
Parsed parse(std::string_view text, std::size_t step) {
  Parsed out;
  RequestParser parser(out.request, [](Verb method, std::string_view target) {
    return method == Verb::post && target == "/documents" ? BodyBounds{.bytes = 3 << 20} : BodyBounds{};
  });
  std::size_t known = 0;
  while (known < text.size() && !parser.is_done()) {
    known = std::min(text.size(), known + step);
    out.error = {};
    out.used += parser.put(boost::asio::buffer(text.data() + out.used, known - out.used), out.error);
    if (out.error == Error::need_more) out.error = {};
    if (out.error) break;
  }
  out.done = parser.is_done();
  return out;
}

constexpr std::string_view kPost =
    "POST /v1/renew HTTP/1.1\r\nHost: localhost:7420\r\nContent-Type: application/json\r\n"
    "x-holdfast-lease: 5.abc\r\nOrigin: http://a\r\nSec-Fetch-Site: none\r\nContent-Length: 4\r\n\r\n{ab}";

TEST(RequestParser, KeepsWhatHoldfastLooksAt) {
  for (const std::size_t step : {1u, 7u, 4096u}) {
    const Parsed parsed = parse(kPost, step);
    ASSERT_TRUE(parsed.done) << parsed.error.message();
    EXPECT_EQ(parsed.request.method, Verb::post);
    EXPECT_EQ(parsed.request.target, "/v1/renew");
    EXPECT_EQ(parsed.request.host, "localhost:7420");
    EXPECT_EQ(parsed.request.host_count, 1u);
    EXPECT_EQ(parsed.request.content_type, "application/json");
    EXPECT_EQ(parsed.request.lease_handle, "5.abc");
    EXPECT_EQ(parsed.request.origin, "http://a");
    EXPECT_EQ(parsed.request.fetch_site, "none");
    EXPECT_EQ(parsed.request.body, "{ab}");
    EXPECT_TRUE(parsed.request.keep_alive);
  }
}

// Found by a fuzzer: an empty chunked body, a few bytes at a time, ended the process.
TEST(RequestParser, TakesAChunkedBodyInPiecesOfAnySize) {
  constexpr std::string_view kHead =
      "POST /v1/renew HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view body : {"0\r\n\r\n", "000\r\n\r\n", "0\r\nA: b\r\n\r\n", "0;x=y\r\n\r\n",
                                      "1\r\na\r\n0\r\n\r\n", "2\r\nab\r\n1\r\nc\r\n0\r\nA: b\r\n\r\n"}) {
    const std::string text = std::string(kHead) + std::string(body);
    for (std::size_t step = 1; step <= text.size(); ++step) {
      const Parsed parsed = parse(text, step);
      ASSERT_TRUE(parsed.done) << body << " in pieces of " << step << ": " << parsed.error.message();
      EXPECT_EQ(parsed.used, text.size());
    }
  }
}

TEST(RequestParser, LeavesWhatFollowsTheRequest) {
  const std::string two = std::string(kPost) + "GET / HTTP/1.1\r\n";
  const Parsed parsed = parse(two, 4096);
  EXPECT_TRUE(parsed.done);
  EXPECT_EQ(parsed.used, kPost.size());
}

TEST(RequestParser, ReadsChunks) {
  const Parsed parsed = parse(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\n{\"a\r\n2;x=y\r\n\"}\r\n0\r\n\r\n",
      3);
  ASSERT_TRUE(parsed.done) << parsed.error.message();
  EXPECT_EQ(parsed.request.body, "{\"a\"}");
}

TEST(RequestParser, KnowsWhetherTheConnectionStays) {
  EXPECT_TRUE(parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 99).request.keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 99).request.keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n", 99).request.keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 99).request.keep_alive);
}

TEST(RequestParser, RefusesWhatIsNotHttp) {
  for (const std::string_view bad : {
           "GET\r\n\r\n",
           "GET /\r\n\r\n",
           "GET / HTTP/2.0\r\n\r\n",
           "GET / HTTP/1.1\nHost: a\n\n",
           " GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
           "GET / HTTP/1.1\r\nH\x01: a\r\n\r\n",
           "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
           "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
           "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
       }) {
    const Parsed parsed = parse(bad, 4096);
    EXPECT_TRUE(parsed.error) << bad;
    EXPECT_FALSE(parsed.done) << bad;
  }
}

TEST(RequestParser, BoundsHeaderAndBody) {
  const std::string long_header = "GET / HTTP/1.1\r\nX: " + std::string(kMaxHeaderBytes, 'x');
  EXPECT_EQ(parse(long_header, 4096).error, Error::header_limit);
  const std::string long_target = "GET /" + std::string(kMaxHeaderBytes, 'x');
  EXPECT_EQ(parse(long_target, 4096).error, Error::header_limit);
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", 4096).error, Error::body_limit);
  EXPECT_FALSE(parse("POST / HTTP/1.1\r\nContent-Length: 1048576\r\n\r\n", 4096).error);
  const std::string chunk = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n";
  EXPECT_EQ(parse(chunk, 4096).error, Error::body_limit);
}

TEST(RequestParser, RoutesMayTakeMore) {
  EXPECT_FALSE(parse("POST /documents HTTP/1.1\r\nContent-Length: 3145728\r\n\r\n", 4096).error);
  EXPECT_EQ(parse("POST /documents HTTP/1.1\r\nContent-Length: 3145729\r\n\r\n", 4096).error,
            Error::body_limit);
  EXPECT_EQ(parse("PUT /documents HTTP/1.1\r\nContent-Length: 3145728\r\n\r\n", 4096).error,
            Error::body_limit);
  const std::string chunk = "\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n";
  EXPECT_FALSE(parse("POST /documents HTTP/1.1" + chunk, 4096).error);
  EXPECT_EQ(parse("GET /documents HTTP/1.1" + chunk, 4096).error, Error::body_limit);
}

TEST(RequestParser, KeepsWhatDialectsLookAt) {
  EXPECT_EQ(parse("LOCK /a HTTP/1.1\r\n\r\n", 99).request.method, Verb::lock);
  EXPECT_EQ(parse("UNLOCK /a HTTP/1.1\r\nContent-MD5: x==\r\n\r\n", 99).request.content_md5, "x==");
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nUser-Id:\r\n\r\n", 99).request.user_id, "");
  EXPECT_EQ(parse("GET / HTTP/1.1\r\n\r\n", 99).request.user_id, std::nullopt);
}

TEST(RequestParser, CountsHosts) {
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 99).request.host_count, 2u);
  EXPECT_EQ(parse("GET / HTTP/1.1\r\n\r\n", 99).request.host_count, 0u);
}

}  // namespace
}  // namespace holdfast::api::http
