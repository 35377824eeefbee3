#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace holdfast::client {

// Takes a stream of server-sent events apart, in whatever pieces it arrives.
class EventReader {
 public:
  struct Message {
    std::string kind;  // "event:" of the stream
    std::string data;
  };
  // Of each message with data; false: no more is wanted.
  using OnMessage = std::function<bool(const Message& message)>;

  explicit EventReader(OnMessage on_message) : on_message_(std::move(on_message)) {}

  // False when no more is wanted, or when a line is longer than any server's.
  bool feed(std::string_view piece);
  // The last id that came whole, with an event or alone: where to go on.
  const std::string& last_id() const { return last_id_; }

 private:
  bool take_line(std::string_view line);
  bool end_message();

  OnMessage on_message_;
  std::string rest_;  // a line that has not ended yet
  std::string id_;
  std::string last_id_;
  Message message_;
};

}  // namespace holdfast::client
