#include "scenario.h"

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "describe.h"
#include "language.h"
#include "rig.h"

namespace holdfast::lock::testing {
namespace {

class Player {
 public:
  explicit Player(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines_.push_back(line);
  }

  Played run() {
    for (at_ = 0; at_ < lines_.size();) {
      const std::string& line = lines_[at_];
      if (line.starts_with("  ")) {
        ++at_;  // what followed when the file was written
      } else if (line.starts_with("at ")) {
        step();
      } else {
        if (!line.empty() && line[0] != '#') fault("neither a comment nor 'at'");
        say(line);
        ++at_;
      }
    }
    return std::move(played_);
  }

 private:
  // "at TIME ACTION", with the "and ACTION" lines below it: one batch.
  void step() {
    first_ = at_;
    spoken_.clear();
    try {
      say(lines_[at_]);
      const std::vector<std::string> words = words_of(lines_[at_]);
      const JournalTime now{parse_duration(words.at(1))};
      hear(lines_[at_].substr(lines_[at_].find(words[1], 3) + words[1].size()));
      for (++at_; at_ < lines_.size() && lines_[at_].starts_with("and "); ++at_) {
        say(lines_[at_]);
        hear(lines_[at_].substr(4));
      }
      act(now);
    } catch (const std::exception& wrong) {
      fault(wrong.what());
      ++at_;
    }
  }

  void hear(const std::string& action) { spoken_.push_back(parse_action(action, names_)); }

  void act(JournalTime now) {
    if (now < rig_.state().time()) throw std::invalid_argument("time goes backwards");
    std::vector<Command> commands;
    std::vector<std::string> who;
    bool tick = false;
    for (const Spoken& spoken : spoken_) {
      if (const auto* command = std::get_if<Command>(&spoken.action)) {
        commands.push_back(*command);
        if (std::holds_alternative<TakeOver>(*command)) waiting_.clear();
        if (const auto* gone = std::get_if<Detach>(command)) waiting_.erase(gone->waiter);
        who.push_back(spoken.who);
      }
      tick = tick || std::holds_alternative<TimePasses>(spoken.action);
    }
    if (!commands.empty() || tick) tell(rig_.run(now, commands, tick), who);
    for (const Spoken& spoken : spoken_) write(spoken.action, now);
    for (const Spoken& spoken : spoken_) show(spoken.action, now);
    for (; known_faults_ < rig_.faults().size(); ++known_faults_) fault(rig_.faults()[known_faults_]);
  }

  void tell(const Outcome& outcome, const std::vector<std::string>& who) {
    for (const auto& [revision, event] : outcome.events) say("  . " + describe(event, revision, names_));
    // Who was told the end of a wait waited before, or began to in this batch.
    for (const Waiting& waiting : outcome.waiting) {
      const std::string& name = who[waiting.ticket.value - 1];
      waiting_[waiting.waiter].push_back(name);
      say(fmt::format("  > {} waits as {}", name, names_.of(waiting.waiter)));
    }
    for (const Answer& answer : outcome.answers) tell(who[answer.ticket.value - 1], answer.reply);
    for (const WaiterAnswer& answer : outcome.waiter_answers) {
      const auto found = waiting_.find(answer.waiter);
      if (found == waiting_.end() || found->second.empty())
        say("  > nobody is told: " + describe(answer.reply, names_));
      else
        for (const std::string& name : found->second) tell(name, answer.reply);
      waiting_.erase(answer.waiter);
    }
  }

  void tell(const std::string& name, const Reply& reply) {
    if (name == "keeper") return;
    say(fmt::format("  > {} {}", name, describe(reply, names_)));
  }

  // What no command leads to: a journal that begins, or ends, as another's.
  void write(const Action& action, JournalTime now) {
    constexpr std::uint64_t kJump = 1'000'000;  // of what has to be beyond everything given since
    const State& state = rig_.state();
    if (const auto* restore = std::get_if<Restore>(&action)) {
      tell(rig_.write(now, Restored{restore->incarnation, FencingToken{state.next_token().value + kJump},
                                    Revision{state.revision().value + kJump},
                                    restore->quiet.value_or(state.longest_ttl())}),
           {});
    } else if (const auto* seal = std::get_if<Seal>(&action)) {
      tell(rig_.write(now, Sealed{seal->successor}), {});
    }
  }

  void show(const Action& action, JournalTime now) {
    if (const auto* key = std::get_if<ShowKey>(&action)) {
      say("  " + describe(show_lock(rig_.state(), key->key, now), names_));
    } else if (const auto* lease = std::get_if<ShowLease>(&action)) {
      const auto view = show_lease(rig_.state(), lease->lease, now);
      say("  " + (view ? describe(*view, names_) : names_.of(lease->lease) + " is gone"));
    } else if (const auto* fence = std::get_if<CheckFence>(&action)) {
      say(fence_valid(rig_.state(), fence->key, fence->token) ? "  valid" : "  stale");
    }
  }

  void say(const std::string& line) { played_.text += line + "\n"; }
  void fault(const std::string& text) {
    played_.faults.push_back(fmt::format("line {}: {}", first_ + 1, text));
  }

  std::vector<std::string> lines_;
  std::size_t at_ = 0;
  std::size_t first_ = 0;
  std::vector<Spoken> spoken_;
  Rig rig_{6'000};  // a snapshot every few batches
  std::size_t known_faults_ = 0;
  Names names_;
  std::map<WaiterId, std::vector<std::string>> waiting_;
  Played played_;
};

}  // namespace

Played play(const std::string& text) {
  return Player(text).run();
}

std::string read_text(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return std::move(text).str();
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace holdfast::lock::testing
