#pragma once

namespace holdfast::cli {

// A flag that one thread raises and another one polls for.
class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void raise();
  // Lowers it; true if it was up.
  bool take();
  int fd() const { return fd_; }  // readable while it is up

 private:
  int fd_;
};

}  // namespace holdfast::cli
