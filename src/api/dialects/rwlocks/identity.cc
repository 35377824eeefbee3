#include "api/dialects/rwlocks/identity.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "api/dialects/rwlocks/timestamp.h"
#include "base/assert.h"
#include "base/hex.h"
#include "base/sha256.h"

namespace holdfast::api::rwlocks {
namespace {

constexpr std::string_view kBefore = "read-write lock ";
constexpr std::string_view kBetween = ", created ";
constexpr std::size_t kIdSize = 36;

using Random = std::array<std::uint8_t, 16>;

// Of version 4 (RFC 9562).
std::string uuid_of(Random bytes) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string out = to_hex(std::as_bytes(std::span(bytes)));
  for (const std::size_t at : {8, 13, 18, 23}) out.insert(at, 1, '-');
  return out;
}

std::string uuid_from(std::string_view key) {
  Sha256 hash;
  hash.update(std::as_bytes(std::span(key)));
  const Sha256::Digest digest = hash.finish();
  Random bytes{};
  std::memcpy(bytes.data(), digest.data(), bytes.size());
  return uuid_of(bytes);
}

}  // namespace

Identity make_identity(lock::WallTime now) {
  Random bytes{};
  const int made = RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  HOLDFAST_ASSERT(made == 1);
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
