#include "service/request_tag.h"

#include <cstring>
#include <memory>

#include <openssl/evp.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "lock/settings_codec.h"

namespace holdfast::service {
namespace {

enum class Verb : std::uint8_t {
  acquire = 1,
  open_lease,
  release,
  register_lock,
  unregister,
  break_hold,
  request_release,
};

std::uint64_t hash_of(const Bytes& bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

void write(ByteWriter& out, const lock::Item& item) {
  out.text(item.key);
  out.u8(static_cast<std::uint8_t>(item.mode));
  out.text(item.group);
  out.varint(item.permits);
  out.varint(item.limit);
}

lock::RequestTag with_fingerprint(lock::RequestTag tag, const Bytes& asked) {
  tag.fingerprint = hash_of(asked);
  return tag;
}

void put(ByteWriter& out, const lock::LeaseName& lease) {
  if (const auto* id = std::get_if<lock::LeaseId>(&lease)) return out.varint(id->value);
  const auto& aliased = std::get<lock::AliasedHold>(lease);
  out.u8(static_cast<std::uint8_t>(aliased.dialect));
  out.text(aliased.key);
  out.text(aliased.name.value_or(""));
}

}  // namespace

lock::RequestTag tag_of(std::string_view principal, std::string_view request_id) {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> sha256(
      EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free);
  Bytes text;
  ByteWriter out(text);
  out.text(principal);
  out.text(request_id);
  unsigned char digest[32];
  HOLDFAST_ASSERT(EVP_Digest(text.data(), text.size(), digest, nullptr, sha256.get(), nullptr) == 1);
  lock::RequestTag tag;
  std::memcpy(tag.id.data(), digest, sizeof tag.id);
  return tag;
}

lock::RequestTag tag_of(std::string_view principal, std::string_view request_id, const lock::Acquire& asked) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(Verb::acquire));
  out.varint(asked.lease.value_or(lock::LeaseId{}).value);
  out.text(asked.owner);
  for (const lock::Item& item : asked.items) write(out, item);
  return with_fingerprint(tag_of(principal, request_id), bytes);
}

lock::RequestTag tag_of(std::string_view principal, std::string_view request_id,
                        const lock::OpenLease& asked) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(Verb::open_lease));
  out.text(asked.owner);
  return with_fingerprint(tag_of(principal, request_id), bytes);
}

lock::RequestTag tag_of(std::string_view principal, std::string_view request_id, const lock::Release& asked) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(Verb::release));
  put(out, asked.lease);
  for (const std::string& key : asked.keys) out.text(key);
  return with_fingerprint(tag_of(principal, request_id), bytes);
}

lock::RequestTag tag_of(std::string_view principal, std::string_view request_id,
                        const lock::Register& asked) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(Verb::register_lock));
  out.text(asked.key);
  put(out, asked.settings);
  return with_fingerprint(tag_of(principal, request_id), bytes);
}

lock::RequestTag tag_of(std::string_view principal, std::string_view request_id,
                        const lock::Unregister& asked) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(Verb::unregister));
  out.text(asked.key);
  return with_fingerprint(tag_of(principal, request_id), bytes);
}

lock::RequestTag tag_of(std::string_view principal, std::string_view request_id, const lock::Break& asked) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(Verb::break_hold));
  out.text(asked.key);
  out.u8(static_cast<std::uint8_t>(asked.target.index()));
  std::visit([&](auto id) { out.varint(id.value); }, asked.target);
  out.u8(asked.now);
  return with_fingerprint(tag_of(principal, request_id), bytes);
}

lock::RequestTag tag_of(std::string_view principal, std::string_view request_id,
                        const lock::RequestRelease& asked) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(Verb::request_release));
  out.text(asked.key);
  return with_fingerprint(tag_of(principal, request_id), bytes);
}

}  // namespace holdfast::service
