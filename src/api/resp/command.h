#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::api::resp {

class Exchange;
using Handler = void (*)(Exchange& exchange);

// How a command stands to those of its connection that are not answered yet. The keeper sees a pipeline in as
// few batches as its order allows.
enum class Order : std::uint8_t {
  alone,     // begins when all are answered: it answers at once, or reads the state
  ordinary,  // joins those that are with the keeper
  urgent,    // the same, but not behind an ordinary one, which the keeper would decide after it
};

// The words that COMMAND tells of a command.
enum Flag : std::uint8_t {
  kWrite = 1,
  kReadOnly = 2,
  kFast = 4,
  kBlocking = 8,
  kConnection = 16,  // about the connection, not about locks: never refused for its rate
  kSpared = 32,      // keeps a lease or gives it back: likewise
};

struct Command {
  std::string_view name;  // in capitals
  int arity;              // words, its name included; negative: at least so many
  Handler handler;
  Order order;
  std::uint8_t flags;
  // Where its keys are, counted from its name: the first, the last (negative: from the end), the distance. 0:
  // none.
  std::int8_t first_key;
  std::int8_t last_key;
  std::int8_t key_step;
  std::string_view syntax;   // of its arguments
  std::string_view summary;  // one line
};

// All commands that a server answers: those of this folder, and what dialects add. `serve` composes it.
class CommandTable {
 public:
  CommandTable(const CommandTable&) = delete;
  CommandTable& operator=(const CommandTable&) = delete;
  // The commands outlive the table. No name comes twice.
  explicit CommandTable(std::initializer_list<std::span<const Command>> parts);

  // In any case; null when there is none.
  const Command* find(std::string_view name) const;

  // In the order of the parts; the index of a command is its place here.
  const std::vector<Command>& all() const { return all_; }
  std::size_t index_of(const Command& command) const {
    return static_cast<std::size_t>(&command - all_.data());
  }
  std::vector<std::string_view> names() const;

 private:
  std::vector<Command> all_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

// The commands of Holdfast itself.
std::span<const Command> native_commands();

}  // namespace holdfast::api::resp
