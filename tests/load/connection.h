#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace holdfast::load {

// What a connection tells its user, always from the io_context and never from within a call of the user.
class ConnectionUser {
 public:
  virtual ~ConnectionUser() = default;
  virtual void connected() = 0;
  // `body` is valid during the call.
  virtual void replied(int status, std::string_view body) = 0;
  // Could not connect, or the server hung up, or spoke no HTTP. The connection may be opened again.
  virtual void lost() = 0;
};

// One TCP connection to the server, one request at a time. Everything refers to `user` and `io`, which must
// outlive it; a connection must outlive the run of its io_context.
class Connection {
 public:
  Connection(boost::asio::io_context& io, boost::asio::ip::tcp::endpoint server, ConnectionUser& user);

  void open();
  // The bytes of one whole request; copied.
  void send(std::string_view request);
  // Hangs up without a word to the user.
  void close();

 private:
  void write_rest();
  void read_more();
  void take_replies();
  void fail();

  boost::asio::ip::tcp::endpoint server_;
  ConnectionUser& user_;
  boost::asio::ip::tcp::socket socket_;
  std::string out_;
  std::string in_;
  std::size_t in_size_ = 0;
  std::uint64_t opening_ = 0;  // handlers of an earlier opening are ignored
};

}  // namespace holdfast::load
