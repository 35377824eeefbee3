#include <cstdio>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

// floor_http PORT: an HTTP server that does nothing: it answers every request at once with a reply of the
// size of an acquire's. What a client measures against it is the floor of the loopback, of HTTP, and of the
// client.

namespace holdfast::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr const char* kReply =
    R"({"lease":{"id":"1","handle":"1.AAAAAAAAAAAAAAAAAAAAAA","owner":"","ttl_ms":30000,"expires_in_ms":30030},)"
    R"("grants":[{"key":"load/pairs/000000000000000000001","mode":"exclusive","group":null,"permits":1,)"
    R"("fencing_token":1,"fence_floor":1,"acquired_at":"2026-01-01T00:00:00.000Z"}],)"
    R"("waited_ms":0,"queued_ms":0,"revision":1})";

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {
    boost::system::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  void read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_, [self = shared_from_this()](beast::error_code error, auto) {
      if (!error) self->write();
    });
  }

 private:
  void write() {
    response_ = {http::status::ok, request_.version()};
    response_.set(http::field::content_type, "application/json");
    response_.keep_alive(request_.keep_alive());
    response_.body() = kReply;
    response_.prepare_payload();
    http::async_write(socket_, response_, [self = shared_from_this()](beast::error_code error, auto) {
      if (!error) self->read();
    });
  }

  tcp::socket socket_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](boost::system::error_code error, tcp::socket socket) {
    if (error) return;
    std::make_shared<Session>(std::move(socket))->read();
    accept(acceptor);
  });
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: floor_http PORT\n", stderr);
    return 64;
  }
  boost::asio::io_context io(1);
  boost::asio::ip::tcp::acceptor acceptor(
      io, {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(argv[1]))});
  holdfast::bench::accept(acceptor);
  io.run();
  return 0;
}
