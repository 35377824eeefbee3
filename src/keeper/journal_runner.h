#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "journal/journal.h"

// Where the journal is called: on the keeper's own thread, or on a thread of its own. A journal on the same
// disk appends in less time than a hand-over to another thread and back costs; one that is far away, or whose
// disk stalls, would keep the sockets waiting.

namespace holdfast::keeper {

class JournalRunner {
 public:
  using Work = std::function<void(journal::Journal&)>;
  using Done = std::function<void()>;

  virtual ~JournalRunner() = default;
  // Runs `work` where the journal is called, then `done` on the keeper's thread. In the order of the calls,
  // one at a time. Work that has not begun when the runner is destroyed is dropped; so is its `done`.
  virtual void run(Work work, Done done) = 0;
  // `done` is called before run() returns.
  virtual bool is_inline() const = 0;
};

// The journal must outlive the runner; the io_context must outlive it too.
std::unique_ptr<JournalRunner> make_inline_runner(journal::Journal& journal);
std::unique_ptr<JournalRunner> make_threaded_runner(boost::asio::io_context& io, journal::Journal& journal);

}  // namespace holdfast::keeper
