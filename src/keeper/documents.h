#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/error.h"
#include "base/md5.h"
#include "journal/journal.h"
#include "keeper/journal_runner.h"
#include "keeper/keeper.h"
#include "lock/event_observer.h"

// The documents of keys. Their bytes are objects of the journal, written and read by a thread of their own,
// so that no grant waits for them; which object counts is decided by the keeper like everything else. An
// object is written before the event that names it, and removed after the event that names another is
// durable; what a crash leaves between the two is removed at the next start.

namespace holdfast::keeper {

// What is kept for a key, as its client sent it.
struct Document {
  std::string text;
  Md5 md5{};
};

class Documents final : public lock::EventObserver, public std::enable_shared_from_this<Documents> {
 public:
  // Each of those under way has all its bytes in memory; more are refused: too_many_requests.
  static constexpr std::size_t kMostUnderWay = 8;

  struct Parts {
    boost::asio::io_context& io;
    journal::Journal& journal;
    const lock::State& state;
    std::function<CallId(lock::Command, Call&)> submit;       // as Keeper::submit()
    std::function<void(std::function<void()>)> when_durable;  // as Keeper::when_durable()
  };

  explicit Documents(Parts parts);
  ~Documents() override;

  // Removes objects that no document is, after a recovery, and says which documents have lost theirs. Blocks.
  Result<void> begin();

  // Writes the bytes, then submits the command with the object that they have become. `done` is called once
  // with the answer, possibly at once, unless the keeper is gone by then. `md5`: what the bytes must have.
  using Done = std::function<void(lock::Revision, const lock::Reply&)>;
  void store(lock::StoreDocument command, std::string bytes, std::optional<Md5> md5, Done done);

  // Called once, when what is told is durable. None: the key has no document.
  using Found = std::function<void(Result<std::optional<Document>>)>;
  void read(std::string_view key, Found found);
  bool busy() const { return under_way_ >= kMostUnderWay; }

  // For a copy of the state: objects that were named at the time of keep() stay until let_go().
  std::vector<lock::ObjectId> keep();
  void let_go();
  void read_object(const lock::ObjectId& id, std::function<void(Result<Bytes>)> then);

  // All that was observed is durable.
  void durable();

  // EventObserver
  void before(const lock::State& state, const lock::Event& event) override;

 private:
  class Storing;

  void run(JournalRunner::Work work, JournalRunner::Done done);
  void written(lock::StoreDocument command, const Result<void>& put, Done done);
  void finish(Storing& storing, lock::Revision revision, const lock::Reply& reply);
  void remove_doomed();
  void remove(std::vector<lock::ObjectId> objects);
  void doom(std::string_view key);

  // A handler that does nothing when this is gone by then.
  template <class Handler>
  auto alive(Handler handler) {
    return [weak = weak_from_this(), handler = std::move(handler)]() mutable {
      if (const std::shared_ptr<Documents> self = weak.lock()) handler(*self);
    };
  }

  Parts parts_;
  std::unique_ptr<JournalRunner> runner_;  // none until it is needed
  std::list<std::unique_ptr<Storing>> storing_;
  std::vector<lock::ObjectId> observed_;  // no document any more, once what was decided is durable
  std::vector<lock::ObjectId> doomed_;
  std::size_t under_way_ = 0;
  std::size_t kept_ = 0;
};

}  // namespace holdfast::keeper
