#include "campaign.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"

namespace holdfast::sim {
namespace {

using Steady = std::chrono::steady_clock;

constexpr unsigned kLongestSeed = 300;  // seconds of real time; a seed takes a few hundredths of one

// The seed that this process is at, for the handler of a signal that ends it.
volatile std::uint64_t current_seed = 0;

extern "C" void name_seed(int signal) {
  char text[128];
  char digits[24];
  int count = 0;
  std::uint64_t seed = current_seed;
  do {
    digits[count++] = static_cast<char>('0' + seed % 10);
    seed /= 10;
  } while (seed != 0);
  std::size_t size = 0;
  const auto put = [&](const char* word) {
    const std::size_t length = std::strlen(word);
    std::memcpy(text + size, word, length);
    size += length;
  };
  put("sim: seed ");
  while (count > 0) text[size++] = digits[--count];
  put(signal == SIGALRM ? " does not end\n" : " ended the process; see what it said before\n");
  (void)!write(STDOUT_FILENO, text, size);
  _exit(1);
}

// What a worker tells of a seed.
struct Report {
  std::uint64_t seed = 0;
  bool failed = false;
  Figures figures;
};

bool differs(const Outcome& first, const Plan& plan) {
  return simulate(plan, nullptr).trace != first.trace;
}

Report run_seed(std::uint64_t seed, bool twice, const std::string& program) {
  current_seed = seed;
  alarm(kLongestSeed);
  const Plan plan = draw_plan(seed);
  Outcome outcome = simulate(plan, nullptr);
  if (twice && differs(outcome, plan)) outcome.violations.push_back("two runs differ");
  alarm(0);
  if (!outcome.violations.empty()) {
    fmt::print("sim: seed {}: {}\n  again: {} --seed {} --trace\n", seed, outcome.violations.front(), program,
               seed);
    std::fflush(stdout);
  }
  return {seed, !outcome.violations.empty(), outcome.figures};
}

class Worker {
 public:
  Worker(const CampaignOptions& options, const std::string& program, std::uint64_t first,
         Steady::time_point deadline)
      : options_(options), program_(program), next_(first), deadline_(deadline) {
    begin();
  }

  int descriptor() const { return read_from_; }
  bool done() const { return read_from_ < 0; }

  void end() {
    if (done()) return;
    kill(child_, SIGKILL);
    close(std::exchange(read_from_, -1));
    waitpid(child_, nullptr, 0);
  }

  // Something can be read.
  void take(CampaignResult& result) {
    Report report;
    const ssize_t got = read(read_from_, &report, sizeof report);
    if (got < 0 && errno == EINTR) return;
    if (got == static_cast<ssize_t>(sizeof report)) {
      ++result.seeds;
      result.failed += report.failed ? 1 : 0;
      result.figures += report.figures;
      next_ = report.seed + options_.jobs;
      return;
    }
    int status = 0;
    close(read_from_);
    read_from_ = -1;
    HOLDFAST_ASSERT(waitpid(child_, &status, 0) == child_);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    ++result.seeds;
    ++result.failed;
    next_ += options_.jobs;
    if (more()) begin();
  }

 private:
  bool more() const { return (!options_.last || next_ <= *options_.last) && Steady::now() < deadline_; }

  void begin() {
    int pipe_ends[2];
    HOLDFAST_ASSERT(pipe(pipe_ends) == 0);
    std::fflush(stdout);
    child_ = fork();
    HOLDFAST_ASSERT(child_ >= 0);
    if (child_ == 0) work(pipe_ends[1]);
    close(pipe_ends[1]);
    read_from_ = pipe_ends[0];
  }

  [[noreturn]] void work(int write_to) {
    for (const int signal : {SIGABRT, SIGSEGV, SIGALRM}) std::signal(signal, name_seed);
    for (; more(); next_ += options_.jobs) {
      const Report report = run_seed(next_, options_.twice, program_);
      if (write(write_to, &report, sizeof report) != static_cast<ssize_t>(sizeof report)) _exit(1);
    }
    _exit(0);
  }

  const CampaignOptions& options_;
  const std::string& program_;
  std::uint64_t next_;
  Steady::time_point deadline_;
  pid_t child_ = 0;
  int read_from_ = -1;
};

}  // namespace

CampaignResult run_campaign(const CampaignOptions& options, const std::string& program) {
  const Steady::time_point deadline =
      options.at_most ? Steady::now() + *options.at_most : Steady::time_point::max();
  std::vector<Worker> workers;
  for (unsigned job = 0; job < options.jobs; ++job) {
    if (options.last && options.first + job > *options.last) break;
    workers.emplace_back(options, program, options.first + job, deadline);
  }
  CampaignResult result;
  while (true) {
    std::vector<pollfd> waiting;
    for (const Worker& worker : workers) waiting.push_back({worker.descriptor(), POLLIN, 0});
    if (std::ranges::all_of(workers, &Worker::done)) return result;
    if (poll(waiting.data(), waiting.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < workers.size(); ++i) {
      if (waiting[i].fd >= 0 && waiting[i].revents != 0) workers[i].take(result);
    }
    if (options.until_found && result.failed > 0) std::ranges::for_each(workers, &Worker::end);
  }
}

std::string summary(const CampaignResult& result) {
  const Figures& figures = result.figures;
  std::uint64_t faults = 0;
  std::string kinds;
  for (std::size_t fault = 0; fault < kFaults; ++fault) {
    faults += figures.faults[fault];
    kinds += fmt::format("{}{} {}", fault == 0 ? "" : ", ", name_of(static_cast<Fault>(fault)),
                         figures.faults[fault]);
  }
  return fmt::format(
      "sim: {} seeds, {:.1f} simulated hours, {} operations, {} takeovers, {} faults ({}), {} violations",
      result.seeds, std::chrono::duration<double, std::ratio<3600>>(figures.simulated).count(),
      figures.operations, figures.epochs, faults, kinds, result.failed);
}

}  // namespace holdfast::sim
