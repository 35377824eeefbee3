#include "keeper/outbox.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <variant>

namespace holdfast::keeper {
namespace {

bool grants_key(const lock::Acquired& acquired, const std::string& key) {
  return std::any_of(acquired.grants.begin(), acquired.grants.end(),
                     [&](const lock::Grant& grant) { return grant.key == key; });
}

}  // namespace

void Outbox::add(std::vector<Answer>& answers, std::chrono::nanoseconds append) {
  for (Answer& answer : answers) answer.append = append;
  if (answers_.empty() && !flushing_) return answers_.swap(answers);
  answers_.insert(answers_.end(), std::make_move_iterator(answers.begin()),
                  std::make_move_iterator(answers.end()));
  answers.clear();
}

void Outbox::flush(std::vector<Answer>& in_flight) {
  if (flushing_) return;
  flushing_ = true;
  while (!answers_.empty()) {
    going_out_.swap(answers_);
    for (std::size_t index = 0; index < going_out_.size(); ++index) {
      const Answer& answer = going_out_[index];
      const CallTable::Taken taken = calls_.take(answer.call);
      if (taken.call != nullptr) {
        hand_out(taken, answer);
      } else if (answer.fresh) {
        nobody_was_told(index, in_flight);
      }
    }
    going_out_.clear();
  }
  told_.clear();
  flushing_ = false;
}

void Outbox::hand_out(const CallTable::Taken& taken, const Answer& answer) {
  if (const auto* acquired = std::get_if<lock::Acquired>(&answer.reply)) {
    for (const lock::Grant& grant : acquired->grants) told_.push_back(grant.token);
  }
  taken.call->answered(answer.revision, answer.reply, Timing{taken.queued, answer.append});
}

void Outbox::nobody_was_told(std::size_t index, std::vector<Answer>& in_flight) {
  const auto& lost = std::get<lock::Acquired>(going_out_[index].reply);
  const lock::Millis reattach = going_out_[index].reattach;
  lock::Abandon abandon{.lease = lost.lease.id, .keys = {}, .reattach = reattach};

  const auto passes_to = [&](Answer& other, const std::string& key) {
    const auto* acquired = std::get_if<lock::Acquired>(&other.reply);
    if (acquired == nullptr || acquired->lease.id != lost.lease.id || !calls_.knows(other.call)) return false;
    if (!grants_key(*acquired, key)) return false;
    other.fresh = true;
    other.reattach = std::max(other.reattach, reattach);
    return true;
  };
  for (const lock::Grant& grant : lost.grants) {
    if (!grant.fresh) continue;  // its lease held the key before, and somebody knows of that
    bool known = std::find(told_.begin(), told_.end(), grant.token) != told_.end();
    const auto passes_to_one_of = [&](std::span<Answer> others) {
      return std::any_of(others.begin(), others.end(),
                         [&](Answer& other) { return passes_to(other, grant.key); });
    };
    known = known || passes_to_one_of(std::span(going_out_).subspan(index + 1)) ||
            passes_to_one_of(answers_) || passes_to_one_of(in_flight);
    if (!known) abandon.keys.push_back(grant.key);
  }
  if (!abandon.keys.empty()) abandon_(std::move(abandon));
}

}  // namespace holdfast::keeper
