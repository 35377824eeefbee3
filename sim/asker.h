#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "endpoint.h"
#include "exchange.h"
#include "machine.h"
#include "network.h"
#include "oracles/referee.h"
#include "random.h"

namespace holdfast::sim {

using AskId = StrongId<struct AskIdTag>;

// A client's questions, asked again until they are answered (protocol.md 15 and 25): an attempt that takes
// too long, or whose connection breaks, is followed by another with the same question at any server, if
// repeating it does no harm. The first answer that decides anything is the one that counts.
class Asker {
 public:
  struct Manner {
    bool repeats = true;                        // repeating it does no harm
    Nanos patience = std::chrono::seconds(3);   // with one attempt, besides what the question itself waits
    Nanos gives_up = std::chrono::seconds(60);  // after so long, unless the run is at its end
    bool twice = false;                         // sends it twice at once, as a nervous client would
  };
  struct Told {
    const Answer& answer;
    Nanos sent;  // the attempt that it answers, by the client's clock
  };
  // Null: it gave up, and does not know what became of the question.
  using Done = std::function<void(const Told* told)>;

  struct Parts {
    ClientId id;
    Machine& machine;
    Network& network;
    std::vector<Endpoint*> endpoints;
    Referee& referee;
    Random random;
    std::uint64_t& connections;  // numbers them for the whole run
  };
  explicit Asker(const Parts& parts);

  AskId ask(Question question, const Manner& manner, Done done);
  // Hangs up; `done` is not called.
  void forget(AskId id);
  // The process is dead; its connections are gone, though servers may take long to see it.
  void vanish();
  // From now on nothing is given up.
  void insist() { insists_ = true; }

  std::size_t open() const { return asks_.size(); }
  struct Waiting {
    AskId ask;
    lock::RequestTag request;  // by which it can be cancelled
  };
  // The open questions that wait in a queue.
  std::vector<Waiting> waiting() const;

 private:
  struct Ask {
    Question question;
    Manner manner;
    Done done;
    Nanos began{};  // by the client's clock
    std::vector<ConnectionId> attempts;
  };
  struct Attempt {
    AskId ask;
    ServerId server = 0;
    Nanos sent{};
    std::optional<Nanos> arrives;  // in true time; none when it is lost
    lock::Revision floor;          // what anybody had been told when it was sent
  };

  void attempt(AskId id);
  ServerId choose_server();
  Question worded(const Ask& ask) const;
  Nanos longest_wait(const Question& question) const;
  void arrive(ConnectionId connection, const Answer* answer);
  void fail(ConnectionId connection);
  void hang_up(ConnectionId connection);
  void finish(AskId id, const Told* told);
  void retry_or_give_up(AskId id);

  ClientId id_;
  Machine& machine_;
  Network& network_;
  std::vector<Endpoint*> endpoints_;
  Referee& referee_;
  Random random_;
  std::uint64_t& connections_;
  std::uint64_t asked_ = 0;
  ServerId favourite_ = 0;  // which has answered last
  bool insists_ = false;
  std::map<AskId, Ask> asks_;
  std::map<ConnectionId, Attempt> attempts_;
};

// What was told, if it is a reply of that kind.
template <class What>
const What* reply_of(const Asker::Told* told) {
  const auto* reply = told ? std::get_if<lock::Reply>(&told->answer.what) : nullptr;
  return reply ? std::get_if<What>(reply) : nullptr;
}

}  // namespace holdfast::sim
