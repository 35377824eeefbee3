#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

// floor_resp PORT: a server of the Redis protocol that does nothing: it answers ACQUIRE, RENEW, RELEASE, SET
// and whatever else comes at once, with a reply of the right size, remembering nothing. What a client
// measures against it is the floor of the loopback and of the client. One thread, one write for all replies
// to one read.

namespace holdfast::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t kReadBytes = 16 << 10;

std::uint64_t granted = 0;

// One command at the front of `bytes`: an array of bulk strings, whose parts it fills in. The bytes that it
// took, or 0 when it is not there as a whole or is none: this is a floor, not a server.
std::size_t take_command(std::string_view bytes, std::vector<std::string_view>& parts) {
  std::size_t at = 0;
  const auto number_after = [&](char mark) -> long {
    const std::size_t end = bytes.find("\r\n", at);
    if (end == std::string_view::npos || bytes[at] != mark) return -1;
    long value = 0;
    for (std::size_t i = at + 1; i < end; ++i) value = value * 10 + (bytes[i] - '0');
    at = end + 2;
    return value;
  };
  parts.clear();
  const long count = number_after('*');
  for (long i = 0; i < count; ++i) {
    if (at >= bytes.size()) return 0;
    const long size = number_after('$');
    if (size < 0 || at + static_cast<std::size_t>(size) + 2 > bytes.size()) return 0;
    parts.push_back(bytes.substr(at, static_cast<std::size_t>(size)));
    at += static_cast<std::size_t>(size) + 2;
  }
  return parts.empty() ? 0 : at;
}

void answer(const std::vector<std::string_view>& parts, std::string& out) {
  const std::string_view verb = parts.front();
  if (verb == "ACQUIRE") {
    ++granted;
    const std::string token = std::to_string(granted);
    fmt::format_to(std::back_inserter(out),
                   "*5\r\n$26\r\n1.AAAAAAAAAAAAAAAAAAAAAAAA"
                   "\r\n:30000\r\n:0\r\n:{}\r\n:{}\r\n",
                   token, token);
  } else if (verb == "RENEW") {
    out += "*3\r\n:30000\r\n:1\r\n$-1\r\n";
  } else if (verb == "RELEASE" || verb == "EVALSHA" || verb == "DEL") {
    out += ":1\r\n";
  } else if (verb == "INFO") {
    const std::string text = fmt::format("# Server\r\nprocess_id:{}\r\n", ::getpid());
    fmt::format_to(std::back_inserter(out), "${}\r\n{}\r\n", text.size(), text);
  } else if (verb == "PING") {
    out += "+PONG\r\n";
  } else if (verb == "CONFIG") {
    out += "*0\r\n";
  } else {
    out += "+OK\r\n";
  }
}

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {
    boost::system::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
  }

  void read() {
    in_.resize(in_size_ + kReadBytes);
    socket_.async_read_some(asio::buffer(in_.data() + in_size_, kReadBytes),
                            [self = shared_from_this()](boost::system::error_code error, std::size_t got) {
                              if (!error) self->take(got);
                            });
  }

 private:
  void take(std::size_t got) {
    in_size_ += got;
    std::string_view left(in_.data(), in_size_);
    while (const std::size_t taken = take_command(left, parts_)) {
      answer(parts_, out_);
      left.remove_prefix(taken);
      if (left.empty()) break;
    }
    std::copy(left.begin(), left.end(), in_.begin());
    in_size_ = left.size();
    write();
  }

  // Small replies fit into the socket, so they are on their way before the next read.
  void write() {
    boost::system::error_code error;
    const std::size_t sent = out_.empty() ? 0 : socket_.write_some(asio::buffer(out_), error);
    out_.erase(0, sent);
    if (error && error != asio::error::would_block) return;
    if (out_.empty()) return read();
    socket_.async_wait(tcp::socket::wait_write,
                       [self = shared_from_this()](boost::system::error_code failed) {
                         if (!failed) self->write();
                       });
  }

  tcp::socket socket_;
  std::vector<char> in_;
  std::size_t in_size_ = 0;
  std::string out_;
  std::vector<std::string_view> parts_;
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
    std::fputs("usage: floor_resp PORT\n", stderr);
    return 64;
  }
  boost::asio::io_context io(1);
  boost::asio::ip::tcp::acceptor acceptor(
      io, {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(argv[1]))});
  holdfast::bench::accept(acceptor);
  io.run();
  return 0;
}
