#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace holdfast {

// A number that cannot be mistaken for another kind of number: `using Epoch = StrongId<struct EpochTag>;`.
// 0 means none.
template <class Tag>
struct StrongId {
  std::uint64_t value = 0;

  constexpr explicit operator bool() const { return value != 0; }
  constexpr StrongId next() const { return StrongId{value + 1}; }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;
};

}  // namespace holdfast

template <class Tag>
struct std::hash<holdfast::StrongId<Tag>> {
  std::size_t operator()(holdfast::StrongId<Tag> id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};
