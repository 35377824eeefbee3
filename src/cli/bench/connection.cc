#include "cli/bench/connection.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <utility>

#include "base/clock.h"

namespace holdfast::cli::bench {
namespace {
constexpr std::size_t kReadBytes = 16 << 10;
}

void Connection::start(const std::vector<Actor*>& actors) {
  for (Actor* actor : actors) go_on(*actor);
  flush();
}

void Connection::resume(Actor& actor) {
  go_on(actor);
  flush();
}

void Connection::go_on(Actor& actor) {
  if (broken_) return crew_.finished(actor);
  switch (actor.go_on(out_)) {
    case Actor::State::sent:
      return waiting_.push_back(&actor);
    case Actor::State::paused:
      return crew_.paused(*this, actor);
    case Actor::State::finished:
      return crew_.finished(actor);
  }
}

void Connection::ready(bool ended) {
  bool more = true;
  while (more && !broken_) {
    more = read_some(ended);
    take_replies();
  }
  if (!broken_) flush();
}

// The poller tells of changes only, so all that is there is read: a read that leaves room has come to its
// end, and the end of the stream is told apart.
bool Connection::read_some(bool ended) {
  if (in_.size() < in_size_ + kReadBytes) in_.resize(in_size_ + kReadBytes);
  const ssize_t got = ::recv(socket_.get(), in_.data() + in_size_, in_.size() - in_size_, 0);
  run_.now_ns = raw_clock().now().count();
  if (got > 0) {
    in_size_ += static_cast<std::size_t>(got);
    return ended || in_size_ == in_.size();
  }
  if (got == 0 || (errno != EAGAIN && errno != EINTR)) fail("connection-lost");
  return false;
}

void Connection::take_replies() {
  std::string_view left(in_.data(), in_size_);
  while (!left.empty() && !broken_) {
    const Reading reading = read_reply(left, reply_);
    if (reading == Reading::partial) break;
    if (reading == Reading::broken || waiting_.empty()) return fail("not-resp");
    left.remove_prefix(reply_.bytes);
    Actor* actor = waiting_.front();
    waiting_.pop_front();
    actor->answered(reply_);
    go_on(*actor);
  }
  std::memmove(in_.data(), in_.data() + (in_size_ - left.size()), left.size());
  in_size_ = left.size();
}

void Connection::flush() {
  while (written_ < out_.size()) {
    const ssize_t sent = ::send(socket_.get(), out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) fail("connection-lost");
      return;
    }
    written_ += static_cast<std::size_t>(sent);
  }
  out_.clear();
  written_ = 0;
}

void Connection::fail(std::string_view word) {
  broken_ = true;
  run_.count_error(word);
  socket_ = Descriptor();
  for (Actor* actor : std::exchange(waiting_, {})) crew_.finished(*actor);
}

}  // namespace holdfast::cli::bench
