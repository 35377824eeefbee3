#include "api/resp/command.h"

#include <array>

#include "base/assert.h"

namespace holdfast::api::resp {
namespace {

constexpr std::size_t kLongestName = 32;

}  // namespace

CommandTable::CommandTable(std::initializer_list<std::span<const Command>> parts) {
  for (const auto part : parts) {
    for (const Command& command : part) {
      HOLDFAST_ASSERT(command.name.size() <= kLongestName);
      HOLDFAST_ASSERT(index_.emplace(command.name, all_.size()).second);
      all_.push_back(command);
    }
  }
}

const Command* CommandTable::find(std::string_view name) const {
  if (name.size() > kLongestName) return nullptr;
  std::array<char, kLongestName> capitals;
  for (std::size_t i = 0; i < name.size(); ++i) {
    capitals[i] = name[i] >= 'a' && name[i] <= 'z' ? static_cast<char>(name[i] - 'a' + 'A') : name[i];
  }
  const auto found = index_.find(std::string_view(capitals.data(), name.size()));
  return found == index_.end() ? nullptr : &all_[found->second];
}

std::vector<std::string_view> CommandTable::names() const {
  std::vector<std::string_view> names;
  for (const Command& command : all_) names.push_back(command.name);
  return names;
}

}  // namespace holdfast::api::resp
