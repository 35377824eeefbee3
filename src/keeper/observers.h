#pragma once

#include <vector>

#include "lock/event_observer.h"

namespace holdfast::keeper {

// Several observers as one, in the order in which they were added. They outlive it.
class Observers final : public lock::EventObserver {
 public:
  void add(lock::EventObserver& observer) { observers_.push_back(&observer); }

  void before(const lock::State& state, const lock::Event& event) override {
    for (lock::EventObserver* const observer : observers_) observer->before(state, event);
  }
  void refused(const lock::Refused& refusal) override {
    for (lock::EventObserver* const observer : observers_) observer->refused(refusal);
  }

 private:
  std::vector<lock::EventObserver*> observers_;
};

}  // namespace holdfast::keeper
