#include "journal/file/names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/hex.h"
#include "journal/journal.h"

namespace holdfast::journal::file {
namespace {

constexpr std::string_view kSegment = "segment-";
constexpr std::string_view kSpare = "spare-";
constexpr std::string_view kSnapshot = "snapshot-";
constexpr std::string_view kObject = "object-";
constexpr std::size_t kDigits = 16;

std::optional<std::uint64_t> number_after(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix) || name.size() != prefix.size() + kDigits) return std::nullopt;
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), value, 16);
  if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) return std::nullopt;
  return value;
}

std::optional<ObjectId> object_of(std::string_view name) {
  if (!name.starts_with(kObject)) return std::nullopt;
  name.remove_prefix(kObject.size());
  ObjectId id{};
  if (name.size() != 2 * id.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.size(); ++i) {
    std::uint8_t value = 0;
    const char* const digits = name.data() + 2 * i;
    const auto parsed = std::from_chars(digits, digits + 2, value, 16);
    if (parsed.ec != std::errc() || parsed.ptr != digits + 2) return std::nullopt;
    id[i] = std::byte{value};
  }
  return object_name(id).ends_with(name) ? std::optional(id) : std::nullopt;
}

bool is_partial(std::string_view name) {
  if (!name.ends_with(kPartialSuffix)) return false;
  name.remove_suffix(kPartialSuffix.size());
  return name == kMarkerName || number_after(kSpare, name) || number_after(kSnapshot, name) ||
         object_of(name);
}

// What a damaged marker says goes to terminals and logs.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Result<void> check_marker(Directory& directory) {
  auto file = directory.open(std::string(kMarkerName), {});
  if (!file) return file.error();
  std::array<std::byte, 64> buffer{};
  auto got = (*file)->read(0, buffer);
  if (!got) return got.error();
  const std::string_view text = as_text(ByteView(buffer).first(*got));
  if (text == kMarkerText) return {};
  const std::string_view line = text.substr(0, text.find('\n'));
  return Error{Errc::not_a_journal,
               fmt::format("{} says \"{}\", and this program knows \"{}\"",
                           directory.path_of(std::string(kMarkerName)), is_plain(line) ? line : "(no text)",
                           kMarkerText.substr(0, kMarkerText.size() - 1))};
}

}  // namespace

std::string segment_name(std::uint64_t ordinal) {
  return fmt::format("{}{:016x}", kSegment, ordinal);
}
std::string spare_name(std::uint64_t random) {
  return fmt::format("{}{:016x}", kSpare, random);
}
std::string snapshot_name(std::uint64_t sequence) {
  return fmt::format("{}{:016x}", kSnapshot, sequence);
}
std::string object_name(const ObjectId& id) {
  return std::string(kObject) + to_hex(id);
}
std::string partial_name(const std::string& name) {
  return name + std::string(kPartialSuffix);
}

Result<Listing> list_journal(Directory& directory) {
  auto names = directory.list();
  if (!names) return names.error();
  std::ranges::sort(*names);
  Listing listing;
  for (const std::string& name : *names) {
    if (name == kMarkerName) {
      listing.marker = true;
    } else if (const auto ordinal = number_after(kSegment, name)) {
      listing.segments.push_back(*ordinal);
    } else if (const auto sequence = number_after(kSnapshot, name)) {
      listing.snapshots.push_back(*sequence);
    } else if (const auto object = object_of(name)) {
      listing.objects.push_back(*object);
    } else if (number_after(kSpare, name)) {
      listing.spares.push_back(name);
    } else if (is_partial(name)) {
      listing.partial.push_back(name);
    } else {
      listing.foreign.push_back(name);
    }
  }
  return listing;
}

Result<Presence> identify(Directory& directory, const Listing& listing) {
  if (listing.marker) {
    if (auto known = check_marker(directory); !known) return known.error();
  }
  if (!listing.segments.empty()) return Presence::present;
  // The marker is written after the first segment: its presence says that there was one.
  if (listing.marker || !listing.snapshots.empty()) {
    return Error{Errc::damaged, directory.path() + ": the segment files are gone; restore a backup"};
  }
  for (const std::string& name : listing.foreign) {
    if (name == "lost+found") continue;  // the root of an ext4 volume
    return Error{Errc::not_a_journal, fmt::format("{} holds \"{}\" and no journal; name an empty directory",
                                                  directory.path(), name)};
  }
  return Presence::fresh;
}

}  // namespace holdfast::journal::file
