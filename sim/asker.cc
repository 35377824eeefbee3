#include "asker.h"

#include <algorithm>
#include <utility>

namespace holdfast::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// An answer that decides nothing: the same may be asked again.
bool decides_nothing(const Answer& answer) {
  const auto* reply = std::get_if<lock::Reply>(&answer.what);
  const auto* refused = reply ? std::get_if<lock::Refused>(reply) : nullptr;
  if (refused == nullptr) return false;
  switch (refused->code) {
    case lock::Code::overloaded:
    case lock::Code::journal_unavailable:
    case lock::Code::outcome_unknown:
    case lock::Code::no_leader:
      return true;
    default:
      return false;
  }
}

const lock::Acquire* waiting_acquire(const Question& question) {
  const auto* command = std::get_if<lock::Command>(&question);
  const auto* acquire = command ? std::get_if<lock::Acquire>(command) : nullptr;
  return acquire && acquire->wait != lock::Millis(0) && !acquire->polls ? acquire : nullptr;
}

}  // namespace

Asker::Asker(const Parts& parts)
    : id_(parts.id),
      machine_(parts.machine),
      network_(parts.network),
      endpoints_(parts.endpoints),
      referee_(parts.referee),
      random_(parts.random),
      connections_(parts.connections) {}

AskId Asker::ask(Question question, const Manner& manner, Done done) {
  const AskId id{++asked_};
  asks_.emplace(id, Ask{std::move(question), manner, std::move(done), machine_.clock().now(), {}});
  attempt(id);
  if (manner.twice && manner.repeats) attempt(id);
  return id;
}

void Asker::attempt(AskId id) {
  Ask& ask = asks_.at(id);
  const ConnectionId connection{++connections_};
  const ServerId server = choose_server();
  ask.attempts.push_back(connection);
  Attempt& attempt =
      attempts_.emplace(connection, Attempt{id, server, machine_.clock().now(), {}, referee_.floor()})
          .first->second;
  Question question = worded(ask);
  referee_.asks(id_, question);
  Endpoint::Peer peer{
      id_, [this, connection](const Answer* answer) {
        machine_.deliver([this, connection, answer = answer ? std::optional(*answer) : std::nullopt] {
          arrive(connection, answer ? &*answer : nullptr);
        });
      }};
  const Nanos patience = longest_wait(question) + ask.manner.patience;
  attempt.arrives =
      network_.send(id_, server, Network::Way::to_server,
                    [endpoint = endpoints_[server], connection, peer = std::move(peer),
                     question = std::move(question)] { endpoint->open(connection, peer, question); });
  machine_.after(patience, [this, connection] { fail(connection); });
}

ServerId Asker::choose_server() {
  return random_.one_in(8) ? static_cast<ServerId>(random_.below(endpoints_.size())) : favourite_;
}

// What is left of the wait counts from the first attempt.
Question Asker::worded(const Ask& ask) const {
  const lock::Acquire* acquire = waiting_acquire(ask.question);
  if (acquire == nullptr || acquire->wait == lock::kNoDeadline) return ask.question;
  lock::Acquire again = *acquire;
  const auto passed = std::chrono::duration_cast<lock::Millis>(machine_.clock().now() - ask.began);
  again.wait = std::max(lock::Millis(0), again.wait - passed);
  return lock::Command(std::move(again));
}

// A client does not wait longer than this for word from a server, to notice that it is no more.
Nanos Asker::longest_wait(const Question& question) const {
  const lock::Acquire* acquire = waiting_acquire(question);
  if (acquire == nullptr) return Nanos(0);
  const Nanos most = seconds(20);
  return acquire->wait == lock::kNoDeadline ? most : std::min<Nanos>(most, acquire->wait);
}

void Asker::arrive(ConnectionId connection, const Answer* answer) {
  const auto found = attempts_.find(connection);
  if (found == attempts_.end()) return;
  if (answer == nullptr) return fail(connection);
  const Attempt attempt = found->second;
  attempts_.erase(found);
  Ask& ask = asks_.at(attempt.ask);
  std::erase(ask.attempts, connection);
  referee_.told({id_, machine_.clock(), attempt.sent, attempt.floor}, ask.question, *answer);
  if (decides_nothing(*answer)) {
    favourite_ = static_cast<ServerId>(random_.below(endpoints_.size()));
    return retry_or_give_up(attempt.ask);
  }
  favourite_ = attempt.server;
  const Told told{*answer, attempt.sent};
  finish(attempt.ask, &told);
}

void Asker::fail(ConnectionId connection) {
  const auto found = attempts_.find(connection);
  if (found == attempts_.end()) return;
  const AskId id = found->second.ask;
  favourite_ = static_cast<ServerId>(random_.below(endpoints_.size()));
  hang_up(connection);
  retry_or_give_up(id);
}

void Asker::retry_or_give_up(AskId id) {
  Ask& ask = asks_.at(id);
  const bool impatient = machine_.clock().now() - ask.began > ask.manner.gives_up && !insists_;
  if (ask.manner.repeats && !impatient) {
    const Nanos pause = random_.spread(milliseconds(10), seconds(2));
    machine_.after(pause, [this, id] {
      const auto still = asks_.find(id);
      if (still != asks_.end() && still->second.attempts.size() < 3) attempt(id);
    });
    return;
  }
  if (ask.attempts.empty()) finish(id, nullptr);
}

void Asker::hang_up(ConnectionId connection) {
  const auto found = attempts_.extract(connection);
  if (!found) return;
  const Attempt& attempt = found.mapped();
  if (const auto ask = asks_.find(attempt.ask); ask != asks_.end())
    std::erase(ask->second.attempts, connection);
  if (!attempt.arrives) return;
  Endpoint* const endpoint = endpoints_[attempt.server];
  const Action close = [endpoint, connection] { endpoint->close(connection); };
  if (network_.send(id_, attempt.server, Network::Way::to_server, close, *attempt.arrives)) return;
  // The server's keepalive finds out.
  machine_.schedule().at(
      std::max(*attempt.arrives, machine_.schedule().now()) + random_.between(seconds(5), seconds(10)),
      close);
}

void Asker::finish(AskId id, const Told* told) {
  auto node = asks_.extract(id);
  for (const ConnectionId connection : std::vector(node.mapped().attempts)) hang_up(connection);
  node.mapped().done(told);
}

std::vector<Asker::Waiting> Asker::waiting() const {
  std::vector<Waiting> waiting;
  for (const auto& [id, ask] : asks_) {
    if (const lock::Acquire* const acquire = waiting_acquire(ask.question))
      waiting.push_back({id, acquire->request});
  }
  return waiting;
}

void Asker::forget(AskId id) {
  auto node = asks_.extract(id);
  if (!node) return;
  for (const ConnectionId connection : std::vector(node.mapped().attempts)) hang_up(connection);
}

void Asker::vanish() {
  for (const auto& [connection, attempt] : std::map(attempts_)) hang_up(connection);
  asks_.clear();
  attempts_.clear();
}

}  // namespace holdfast::sim
