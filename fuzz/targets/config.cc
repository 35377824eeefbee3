#include "cli/serve/config.h"

#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/duration.h"
#include "cli/serve/setting_values.h"
#include "target.h"

namespace {

using namespace holdfast;

constexpr auto kLongest = std::chrono::days(10'000);

void check_values(std::string_view text) {
  if (const auto duration = cli::parse_duration(text)) {
    HOLDFAST_ASSERT(duration->count() >= 0 && *duration <= kLongest);
    HOLDFAST_ASSERT(*cli::parse_duration_or_none(text) == *duration);
  }
  if (const auto ttl = cli::read_default_ttl(text))
    HOLDFAST_ASSERT(ttl->count() == -1 || ttl->count() >= 100);
  if (const auto path = cli::read_base_path(text)) HOLDFAST_ASSERT(path->empty() || *path == text);
  if (const auto origin = cli::read_origin(text)) HOLDFAST_ASSERT(*origin == text);
  if (const auto url = cli::read_advertise(text)) HOLDFAST_ASSERT(text.starts_with(*url));
  (void)cli::read_size(text);
  (void)cli::read_listener(text);
  api::TrustedProxies proxies;
  (void)cli::read_trusted_proxy(text, proxies);
}

// A file in memory, for the length of a run.
class MemoryFile {
 public:
  explicit MemoryFile(ByteView bytes) : descriptor_(::memfd_create("config", 0)) {
    HOLDFAST_ASSERT(::write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

// What a file says can be printed, and says the same when it is read again, but for a password in a URL.
void check_file(ByteView bytes) {
  const auto nothing = [](const char*) { return std::optional<std::string>(); };
  const MemoryFile file(bytes);
  const auto config = cli::Config::read({.environment = nothing, .file = file.path()});
  if (!config) return;
  const MemoryFile printed(as_bytes(cli::to_toml(*config)));
  const auto again = cli::Config::read({.environment = nothing, .file = printed.path()});
  HOLDFAST_ASSERT(again.has_value());
  for (const std::string_view name : again->differences(*config)) HOLDFAST_ASSERT(name == "journal");
}

}  // namespace

HOLDFAST_FUZZ_TARGET(config) {
  check_values(as_text(input));
  check_file(input);
}
