#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model.h"
#include "names.h"
#include "rig.h"
#include "steps.h"

namespace holdfast::lock::testing {

// Plays steps against the lock rules and against the model, and says where they differ.
class Trial {
 public:
  explicit Trial(std::size_t slice) : rig_(slice) {}

  // The first difference or broken promise, with the steps that led to it in words; empty when there is none.
  std::string play(const Steps& steps);

  Rig& rig() { return rig_; }

 private:
  // One command, and what the model does about it.
  struct Move {
    Command command;
    std::function<model::Lines(model::Model&)> predict;
    std::string text;
  };

  Move move_of(const Step& step);
  Move acquire(const Step& step);
  Move poll(const Step& step);
  Move open(const Step& step);
  Move renew(const Step& step);
  Move release(const Step& step);
  Move renew_aliased(const Step& step);
  Move release_aliased(const Step& step);
  Move acquire_each(const Step& step);
  Move release_each(const Step& step);
  Move abandon(const Step& step);
  Move cancel(const Step& step);
  Move detach(const Step& step);
  Move take_over();
  Move enregister(const Step& step);
  Move unregister(const Step& step);
  Move break_hold(const Step& step);
  Move break_wait(const Step& step);
  Move break_as(const Step& step, model::Break asked,
                const std::variant<LeaseId, FencingToken, WaiterId>& target);
  Move request_release(const Step& step);

  int lease_number(int choice) const;
  LeaseId lease_id(int number) const;
  void play_batch();
  void check_phase(const Outcome& outcome, const Outcome::Phase& phase);
  static bool names_a_key(const std::string& predicted);
  void check_command(const Outcome& outcome, const Outcome::Phase& phase);
  void check_by_itself(const Outcome& outcome, const Outcome::Phase& phase);
  std::optional<model::Lines> accept(const Outcome& outcome, const Outcome::Phase& phase, std::size_t at);
  void expect(const std::string& real, const std::string& predicted, const std::string& where);
  void differ(const std::string& what);

  std::string line_of(const Outcome::Recorded& recorded);
  std::string line_of(const Reply& reply, bool with_key) const;

  Rig rig_;
  model::Model model_;
  Names names_;
  model::Time now_ = 0;
  std::uint64_t epoch_ = 1;
  std::vector<Move> batch_;
  std::vector<std::string> lines_;       // of the batch's events
  std::vector<std::string> to_waiters_;  // predicted in this batch
  std::string told_;                     // everything so far, for a person
  std::string difference_;
};

}  // namespace holdfast::lock::testing
