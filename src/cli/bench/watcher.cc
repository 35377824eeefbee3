#include "cli/bench/watcher.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>

namespace holdfast::cli::bench {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
// Data lines hold JSON, which has no line ends inside.
constexpr std::string_view kEventMark = "\nevent: ";
constexpr std::size_t kMostHead = 16 << 10;
constexpr int kPatienceMs = 10'000;

struct Place {
  std::string address;
  std::string base_path;
};

Result<Place> place_of(const client::ServerUrl& server) {
  std::string rest = server.base();
  if (!rest.starts_with(kHttp)) {
    return Error{std::make_error_code(std::errc::not_supported),
                 "watch: only http:// and unix: servers are measured"};
  }
  rest.erase(0, kHttp.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  Place place{.address = rest.substr(0, slash), .base_path = rest.substr(slash)};
  if (!server.unix_socket().empty()) place.address = "unix:" + server.unix_socket();
  return place;
}

// HTTP/1.0, so that the stream comes without chunks to take apart.
std::string request_for(const client::Settings& settings, const Place& place, const std::string& prefix) {
  const std::string identity =
      settings.api_key.empty() ? "" : "Authorization: Bearer " + settings.api_key + "\r\n";
  return fmt::format("GET {}/v1/watch?prefix={} HTTP/1.0\r\nHost: {}\r\n{}\r\n", place.base_path,
                     client::encode_query(prefix), place.address, identity);
}

}  // namespace

Result<std::unique_ptr<Watcher>> Watcher::open(const client::Settings& settings, const std::string& prefix) {
  const auto place = place_of(settings.server);
  if (!place) return place.error();
  auto socket = connect_to(place->address);
  if (!socket) return std::move(socket).error();
  std::unique_ptr<Watcher> watcher(new Watcher(std::move(*socket)));
  if (auto begun = watcher->begin(request_for(settings, *place, prefix)); !begun)
    return std::move(begun).error();
  return watcher;
}

// Reads up to the end of the head; what lies behind it is looked at too.
Result<void> Watcher::begin(const std::string& request) {
  if (::send(fd(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    return errno_error("watch", errno);
  }
  std::string head;
  while (head.find(kHeadEnd) == std::string::npos) {
    pollfd waiting{.fd = fd(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kPatienceMs) <= 0) return errno_error("watch: no answer", ETIMEDOUT);
    std::array<char, 4096> piece{};
    const ssize_t got = ::recv(fd(), piece.data(), piece.size(), 0);
    if (got <= 0) return errno_error("watch", got == 0 ? ECONNRESET : errno);
    head.append(piece.data(), static_cast<std::size_t>(got));
    if (head.size() > kMostHead) break;
  }
  const std::string first = head.substr(0, head.find("\r\n"));
  if (first.find(" 200 ") == std::string::npos) {
    return Error{std::make_error_code(std::errc::protocol_error), "watch: the server answers " + first};
  }
  count(std::string_view(head).substr(head.find(kHeadEnd)));
  return {};
}

void Watcher::ready(bool ended) {
  std::array<char, 64 << 10> piece;
  for (;;) {
    const ssize_t got = ::recv(fd(), piece.data(), piece.size(), 0);
    if (got > 0) count({piece.data(), static_cast<std::size_t>(got)});
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) ended_ = true;
    if (got <= 0 || (!ended && static_cast<std::size_t>(got) < piece.size())) return;
  }
}

// The mark's first character occurs in it once.
void Watcher::count(std::string_view bytes) {
  for (const char c : bytes) {
    matched_ = c == kEventMark[matched_] ? matched_ + 1 : (c == kEventMark.front() ? 1 : 0);
    if (matched_ < kEventMark.size()) continue;
    ++events_;
    matched_ = 0;
  }
}

}  // namespace holdfast::cli::bench
