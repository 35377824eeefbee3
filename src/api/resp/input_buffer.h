#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace holdfast::api::resp {

// Bytes that were received and not used yet, where they were received. What is in it moves only in space(),
// which is not called while views of it are in use.
class InputBuffer {
 public:
  std::string_view bytes() const { return {memory_.data() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }

  // Room for the next read: little while little comes, more while reads fill it, and for a command that has
  // begun to arrive.
  std::span<char> space();
  void add(std::size_t size);
  void drop(std::size_t size);

 private:
  std::vector<char> memory_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool was_filled_ = false;
};

}  // namespace holdfast::api::resp
