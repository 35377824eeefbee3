#include <array>

#include <fmt/format.h>

#include "journal/file/open.h"
#include "journal/journal.h"
#include "journal/memory/memory_journal.h"

namespace holdfast::journal {
namespace {

struct Engine {
  std::string_view scheme;
  std::string_view usage;
  Result<std::unique_ptr<Journal>> (*open)(std::string_view rest, const OpenOptions& options,
                                           const std::function<void(std::string)>& warn);
};

// Every engine is one line here. `rest` is what follows the scheme and its colon.
constexpr std::array kEngines{
    Engine{"file", "file:DIR", file::open},
    Engine{"memory", "memory:", memory::open},
};

std::string known_engines() {
  std::string list;
  for (const Engine& engine : kEngines) list += fmt::format("{}{}", list.empty() ? "" : ", ", engine.usage);
  return list;
}

}  // namespace

Result<std::unique_ptr<Journal>> open(std::string_view url, const OpenOptions& options,
                                      const std::function<void(std::string)>& warn) {
  const auto colon = url.find(':');
  if (colon != std::string_view::npos) {
    for (const Engine& engine : kEngines) {
      if (engine.scheme == url.substr(0, colon)) return engine.open(url.substr(colon + 1), options, warn);
    }
  }
  // Only the scheme is repeated: the rest of an engine's URL may hold a password.
  return Error{Errc::unsupported, fmt::format("no journal engine is called \"{}\"; known are {}",
                                              url.substr(0, colon), known_engines())};
}

}  // namespace holdfast::journal
