#pragma once

#include <holdfast/errc.h>
#include <optional>
#include <utility>
#include <variant>

namespace holdfast {

// A value, or why there is none.
template <class T>
class result {
 public:
  result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  result(failure why) : content_(std::in_place_index<1>, std::move(why)) {}

  bool has_value() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // Only with a value.
  T& operator*() & noexcept { return *std::get_if<0>(&content_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&content_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&content_)); }
  T* operator->() noexcept { return std::get_if<0>(&content_); }
  const T* operator->() const noexcept { return std::get_if<0>(&content_); }

  // Throws holdfast::error without a value.
  T& value() & {
    if (!has_value()) throw holdfast::error(error());
    return **this;
  }
  T&& value() && {
    if (!has_value()) throw holdfast::error(error());
    return *std::move(*this);
  }

  // Only without a value.
  const failure& error() const noexcept { return *std::get_if<1>(&content_); }

 private:
  std::variant<T, failure> content_;
};

template <>
class result<void> {
 public:
  result() = default;
  result(failure why) : failure_(std::move(why)) {}

  bool has_value() const noexcept { return !failure_; }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const {
    if (failure_) throw holdfast::error(*failure_);
  }
  const failure& error() const noexcept { return *failure_; }

 private:
  std::optional<failure> failure_;
};

}  // namespace holdfast
