#include "cli/bench/address.h"

#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace holdfast::cli::bench {
namespace {

constexpr std::string_view kUnix = "unix:";

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Error not_an_address(std::string_view text) {
  return {std::make_error_code(std::errc::invalid_argument),
          "'" + std::string(text) + "': expected host:port or unix:path"};
}

Result<Descriptor> connect_socket(const std::string& text, const sockaddr* address, socklen_t size) {
  Descriptor socket(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0 || ::connect(socket.get(), address, size) != 0) return errno_error(text, errno);
  if (::fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) return errno_error(text, errno);
  const int on = 1;
  if (address->sa_family != AF_UNIX) ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

Result<Descriptor> connect_unix(const std::string& text, std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return not_an_address(text);
  std::memcpy(address.sun_path, path.data(), path.size());
  return connect_socket(text, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Descriptor> connect_to(std::string_view given) {
  const std::string text(given);
  if (given.starts_with(kUnix)) return connect_unix(text, given.substr(kUnix.size()));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return not_an_address(given);
  std::string host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), text.c_str() + colon + 1, &hints, &list); code != 0) {
    return Error{std::make_error_code(std::errc::invalid_argument), text + ": " + ::gai_strerror(code)};
  }
  const Addresses owned(list);
  Result<Descriptor> last = not_an_address(given);
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    last = connect_socket(text, at->ai_addr, at->ai_addrlen);
    if (last) break;
  }
  return last;
}

}  // namespace holdfast::cli::bench
