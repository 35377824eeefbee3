#include "keeper/journal_runner.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace holdfast::keeper {
namespace {

class InlineRunner final : public JournalRunner {
 public:
  explicit InlineRunner(journal::Journal& journal) : journal_(journal) {}

  void run(Work work, Done done) override {
    work(journal_);
    done();
  }
  bool is_inline() const override { return true; }

 private:
  journal::Journal& journal_;
};

class ThreadedRunner final : public JournalRunner {
 public:
  ThreadedRunner(boost::asio::io_context& io, journal::Journal& journal)
      : io_(io), journal_(journal), thread_([this](std::stop_token stop) { loop(stop); }) {}

  void run(Work work, Done done) override {
    {
      const std::lock_guard guard(mutex_);
      jobs_.push_back({std::move(work), std::move(done), boost::asio::make_work_guard(io_)});
    }
    wake_.notify_one();
  }
  bool is_inline() const override { return false; }

 private:
  struct Job {
    Work work;
    Done done;
    // Keeps run() of the io_context from returning while an answer is still to come.
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy;
  };

  void loop(std::stop_token stop) {
    std::unique_lock guard(mutex_);
    while (wake_.wait(guard, stop, [this] { return !jobs_.empty(); })) {
      if (stop.stop_requested()) return;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      guard.unlock();
      job.work(journal_);
      boost::asio::post(io_, std::move(job.done));
      guard.lock();
    }
  }

  boost::asio::io_context& io_;
  journal::Journal& journal_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Job> jobs_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<JournalRunner> make_inline_runner(journal::Journal& journal) {
  return std::make_unique<InlineRunner>(journal);
}

std::unique_ptr<JournalRunner> make_threaded_runner(boost::asio::io_context& io, journal::Journal& journal) {
  return std::make_unique<ThreadedRunner>(io, journal);
}

}  // namespace holdfast::keeper
