#include "api/guests.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace holdfast::api {
namespace {

using std::chrono::steady_clock;

// Deadlines of connections are whole seconds; looking at them all a few times a second is cheaper than a
// timer for each, which every request would set anew.
constexpr std::chrono::milliseconds kTick{250};

// How many connections beyond the most are told so; more than that are just closed.
constexpr std::size_t kMaxRefused = 100;

constexpr std::chrono::seconds kEndTime{2};

}  // namespace

Guests::Guests(asio::io_context& io, Gate& gate)
    : gate_(gate), tick_(io.get_executor()), now_(steady_clock::now()) {
  spawn(io.get_executor(), watch());
}

Guests::~Guests() {
  gate_.open -= guests_.size();
  const auto guests = std::exchange(guests_, {});
  for (const auto& [key, entry] : guests) entry.guest->close();
}

bool Guests::is_overrun() const {
  return gate_.open >= gate_.most + kMaxRefused;
}

std::optional<service::Fault> Guests::admit() const {
  if (gate_.open < gate_.most) return std::nullopt;
  return service::Fault{service::Code::overloaded, "the server has as many connections as it takes", ""};
}

std::optional<service::Fault> Guests::admit(std::string_view address, Hold& counted) {
  if (auto fault = admit()) return fault;
  auto hold = gate_.limits.connect(address);
  if (!hold) return hold.error();
  counted = *std::move(hold);
  return std::nullopt;
}

void Guests::add(std::shared_ptr<Guest> guest, Hold counted) {
  Guest* const key = guest.get();
  guests_.emplace(key, Entry{std::move(guest), std::move(counted)});
  ++gate_.open;
}

void Guests::remove(Guest& guest) {
  if (guests_.erase(&guest) > 0) --gate_.open;
}

Coroutine<void> Guests::watch() {
  for (;;) {
    tick_.expires_after(kTick);
    const auto [error] = co_await tick_.async_wait(asio::as_tuple(kAwait));
    if (error) co_return;
    now_ = steady_clock::now();
    look_at_all();
    if (ended_ && (guests_.empty() || now_ >= end_by_)) std::exchange(ended_, {})();
  }
}

void Guests::look_at_all() {
  std::vector<std::shared_ptr<Guest>> late;
  for (const auto& [key, entry] : guests_) {
    if (entry.guest->deadline() <= now_) late.push_back(entry.guest);
  }
  for (const auto& guest : late) guest->time_out();
}

void Guests::finish() {
  for (const auto& guest : all()) guest->finish();
}

void Guests::end(const service::Fault& fault, std::function<void()> ended) {
  for (const auto& guest : all()) guest->finish_with(fault);
  if (guests_.empty()) return ended();
  ended_ = std::move(ended);
  end_by_ = steady_clock::now() + kEndTime;
}

// What may close while one goes through them.
std::vector<std::shared_ptr<Guest>> Guests::all() const {
  std::vector<std::shared_ptr<Guest>> guests;
  for (const auto& [key, entry] : guests_) guests.push_back(entry.guest);
  return guests;
}

}  // namespace holdfast::api
