#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "journal/file/directory.h"

// A disk that forgets on a power cut what nobody synced. Writes without O_DSYNC are undone unless their file
// was synced after them, each by the toss of a seeded coin. Of the names made, renamed and removed since the
// directory was last synced, the first few are kept and the others undone; how many is another toss. It
// answers from the page cache and never waits for the real disk.

namespace holdfast::journal::file {

class PowerModel {
 public:
  struct Options {
    std::uint64_t seed = 1;
    std::uint64_t operations = ~0ull;  // after so many the machine is dead: every operation fails
    bool refuse_direct = false;        // O_DIRECT gets EINVAL
  };

  PowerModel(std::string path, Options options);
  ~PowerModel();

  // A directory on this disk. It must not outlive the model, and be gone before cut().
  std::unique_ptr<Directory> directory();

  bool died() const;

  // Undoes what was not durable in the real directory.
  void cut();

 private:
  class State;
  class ModelFile;
  class ModelDirectory;

  std::shared_ptr<State> state_;
};

}  // namespace holdfast::journal::file
