#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace holdfast::lock::testing {

struct Played {
  std::string text;                 // the file as it ought to be
  std::vector<std::string> faults;  // "line 12: …": what cannot be read, and what Rig found broken
};

// Plays the scenario `text`: what the file says is done, and what it says must follow is replaced by what
// did.
Played play(const std::string& text);

std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace holdfast::lock::testing
