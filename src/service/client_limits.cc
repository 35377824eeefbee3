#include "service/client_limits.h"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

namespace holdfast::service {
namespace {

// A table of so many clients is cleared of those that use nothing; one that is still as full takes no more.
constexpr std::size_t kManyClients = 10'000;
constexpr std::size_t kMostClients = 100'000;

constexpr unsigned kNetworkBits = 64;

std::string name_of_client(std::string_view address) {
  boost::system::error_code error;
  const auto v6 = boost::asio::ip::make_address_v6(std::string(address), error);
  if (error || v6.is_v4_mapped() || v6.is_loopback()) return std::string(address);
  const auto bytes = v6.to_bytes();
  return {reinterpret_cast<const char*>(bytes.data()), kNetworkBits / 8};
}

Fault refusal(std::string detail) {
  return {Code::too_many_requests, std::move(detail), ""};
}

}  // namespace

Checked<ClientLimits::Hold> ClientLimits::connect(std::string_view address) {
  return take(address, &Client::connections, 1, quota_.connections, "connections");
}

Checked<ClientLimits::Hold> ClientLimits::wait(std::string_view address, std::size_t keys) {
  return take(address, &Client::waits, keys, quota_.waits, "waits for keys");
}

std::optional<Fault> ClientLimits::admit(std::string_view address) {
  if (quota_.requests == 0) return std::nullopt;
  Client* const asking = client(name_of_client(address));
  if (asking == nullptr) return refusal("the server has as many clients as it can count");
  refill(*asking);
  if (asking->requests < 1) {
    return refusal(fmt::format("a client sends at most {} requests {}", quota_.requests,
                               quota_.period == std::chrono::seconds(1) ? "a second" : "a minute"));
  }
  asking->requests -= 1;
  return std::nullopt;
}

Checked<ClientLimits::Hold> ClientLimits::take(std::string_view address, Count count, std::size_t amount,
                                               std::size_t most, std::string_view of) {
  if (most == 0) return Hold();
  std::string name = name_of_client(address);
  Client* const asking = client(name);
  if (asking == nullptr) return refusal("the server has as many clients as it can count");
  if (asking->*count + amount > most) return refusal(fmt::format("a client has at most {} {}", most, of));
  asking->*count += amount;
  return Hold(*this, std::move(name), count, amount);
}

void ClientLimits::give_back(const std::string& name, Count count, std::size_t amount) {
  const auto found = clients_.find(name);
  if (found != clients_.end()) found->second.*count -= amount;
}

ClientLimits::Client* ClientLimits::client(const std::string& name) {
  const auto found = clients_.find(name);
  if (found != clients_.end()) return &found->second;
  if (clients_.size() >= kManyClients) forget_idle();
  if (clients_.size() >= kMostClients) return nullptr;
  Client& fresh = clients_[name];
  fresh.requests = static_cast<double>(quota_.requests);
  fresh.counted_at = clock_.now();
  return &fresh;
}

void ClientLimits::refill(Client& client) const {
  const auto now = clock_.now();
  const double seconds = std::chrono::duration<double>(now - client.counted_at).count();
  const auto most = static_cast<double>(quota_.requests);
  const auto periods = seconds / static_cast<double>(quota_.period.count());
  client.requests = std::min(most, client.requests + periods * most);
  client.counted_at = now;
}

void ClientLimits::forget_idle() {
  absl::erase_if(clients_, [&](auto& entry) {
    Client& client = entry.second;
    refill(client);
    return client.connections == 0 && client.waits == 0 &&
           client.requests >= static_cast<double>(quota_.requests);
  });
}

}  // namespace holdfast::service
