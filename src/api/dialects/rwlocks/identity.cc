#include "api/dialects/rwlocks/identity.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "api/dialects/rwlocks/timestamp.h"
#include "base/hex.h"
#include "base/random.h"
#include "base/sha256.h"

namespace holdfast::api::rwlocks {
namespace {

constexpr std::string_view kBefore = "read-write lock ";
constexpr std::string_view kBetween = ", created ";
constexpr std::size_t kIdSize = 36;

using Random = std::array<std::byte, 16>;

// Of version 4 (RFC 9562).
std::string uuid_of(Random bytes) {
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  std::string out = to_hex(bytes);
  for (const std::size_t at : {8, 13, 18, 23}) out.insert(at, 1, '-');
  return out;
}

std::string uuid_from(std::string_view key) {
  Sha256 hash;
  hash.update(std::as_bytes(std::span(key)));
  const Sha256::Digest digest = hash.finish();
  Random bytes;
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return uuid_of(bytes);
}

}  // namespace

Identity make_identity(lock::WallTime now) {
  Random bytes;
  fill_random(bytes);
  return {uuid_of(bytes), timestamp(now)};
}

std::string description_of(const Identity& identity) {
  return fmt::format("{}{}{}{}", kBefore, identity.id, kBetween, identity.created_at);
}

Identity identity_in(std::string_view description, std::string_view key) {
  const std::size_t middle = kBefore.size() + kIdSize;
  if (description.starts_with(kBefore) && description.size() > middle &&
      description.substr(middle).starts_with(kBetween)) {
    return {std::string(description.substr(kBefore.size(), kIdSize)),
            std::string(description.substr(middle + kBetween.size()))};
  }
  return {uuid_from(key), timestamp(lock::WallTime{})};
}

}  // namespace holdfast::api::rwlocks
