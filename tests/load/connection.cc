#include "connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "http_reply.h"

namespace holdfast::load {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr std::size_t kReadBytes = 4096;
}

Connection::Connection(asio::io_context& io, asio::ip::tcp::endpoint server, ConnectionUser& user)
    : server_(server), user_(user), socket_(io) {}

void Connection::open() {
  close();
  socket_.async_connect(server_, [this, opening = opening_](error_code error) {
    if (opening != opening_) return;
    if (error) return fail();
    socket_.set_option(asio::ip::tcp::no_delay(true), error);
    socket_.non_blocking(true, error);
    read_more();
    user_.connected();
  });
}

void Connection::close() {
  ++opening_;
  error_code ignored;
  socket_.close(ignored);
  out_.clear();
  in_size_ = 0;
}

// Requests are small, so the first attempt nearly always takes all of them.
void Connection::send(std::string_view request) {
  error_code error;
  const std::size_t sent =
      out_.empty() ? socket_.write_some(asio::buffer(request.data(), request.size()), error) : 0;
  if (error && error != asio::error::would_block) {
    asio::post(socket_.get_executor(), [this, opening = opening_] {
      if (opening == opening_) fail();
    });
    return;
  }
  if (sent == request.size()) return;
  out_.append(request.substr(sent));
  write_rest();
}

void Connection::write_rest() {
  socket_.async_write_some(asio::buffer(out_), [this, opening = opening_](error_code error, std::size_t n) {
    if (opening != opening_) return;
    if (error) return fail();
    out_.erase(0, n);
    if (!out_.empty()) write_rest();
  });
}

void Connection::read_more() {
  if (in_.size() < in_size_ + kReadBytes) in_.resize(in_size_ + kReadBytes);
  const auto space = asio::buffer(in_.data() + in_size_, in_.size() - in_size_);
  socket_.async_read_some(space, [this, opening = opening_](error_code error, std::size_t n) {
    if (opening != opening_) return;
    if (error) return fail();
    in_size_ += n;
    take_replies();
    if (opening == opening_) read_more();
  });
}

void Connection::take_replies() {
  const std::uint64_t opening = opening_;
  while (const auto reply = read_reply(std::string_view(in_).substr(0, in_size_))) {
    if (reply->status < 0) return fail();
    user_.replied(reply->status, reply->body);
    if (opening != opening_) return;
    in_size_ -= reply->bytes;
    if (in_size_ > 0) in_.erase(0, reply->bytes);
  }
}

void Connection::fail() {
  close();
  user_.lost();
}

}  // namespace holdfast::load
