#include "cli/bench/server_facts.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <poll.h>
#include <sys/socket.h>

#include "cli/bench/address.h"
#include "cli/bench/dialect.h"

namespace holdfast::cli::bench {
namespace {

constexpr int kPatienceMs = 10'000;

std::string text_of(const Reply& reply) {
  if (reply.is_array) return {};
  const Value& value = reply.first();
  if (value.kind == Value::Kind::integer) return std::to_string(value.integer);
  return value.kind == Value::Kind::text ? std::string(value.text) : std::string();
}

}  // namespace

Result<std::string> ask(const std::string& address, const std::string& command) {
  const auto socket = connect_to(address);
  if (!socket) return socket.error();
  if (::send(socket->get(), command.data(), command.size(), MSG_NOSIGNAL) < 0)
    return errno_error(address, errno);
  std::string in;
  Reply reply;
  for (;;) {
    pollfd waiting{.fd = socket->get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kPatienceMs) <= 0) return errno_error(address, ETIMEDOUT);
    std::array<char, 4096> piece{};
    const ssize_t got = ::recv(socket->get(), piece.data(), piece.size(), 0);
    if (got <= 0) return errno_error(address, got == 0 ? ECONNRESET : errno);
    in.append(piece.data(), static_cast<std::size_t>(got));
    const Reading reading = read_reply(in, reply);
    if (reading == Reading::whole) return text_of(reply);
    if (reading == Reading::broken) {
      return Error{std::make_error_code(std::errc::protocol_error),
                   address + " does not speak the Redis protocol"};
    }
  }
}

Result<Info> ask_info(const std::string& address) {
  std::string command;
  append_command(command, "INFO");
  const auto text = ask(address, command);
  if (!text) return text.error();
  Info info;
  std::string_view left = *text;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find("\r\n"), left.size());
    const std::string_view line = left.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) info.emplace(line.substr(0, colon), line.substr(colon + 1));
    left.remove_prefix(std::min(end + 2, left.size()));
  }
  return info;
}

std::optional<std::int64_t> process_of(const Info& info) {
  const auto found = info.find("process_id");
  std::int64_t process = 0;
  if (found == info.end()) return std::nullopt;
  const std::string& text = found->second;
  if (std::from_chars(text.data(), text.data() + text.size(), process).ec != std::errc()) return std::nullopt;
  return resident_bytes(process) ? std::optional(process) : std::nullopt;
}

std::optional<std::uint64_t> resident_bytes(std::int64_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t kibibytes = 0;
    if (word == "VmRSS:" && status >> kibibytes) return kibibytes * 1024;
  }
  return std::nullopt;
}

}  // namespace holdfast::cli::bench
