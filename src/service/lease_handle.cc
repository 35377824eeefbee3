#include "service/lease_handle.h"

#include <charconv>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/assert.h"

namespace holdfast::service {
namespace {

constexpr std::size_t kProofBytes = 16;
constexpr std::size_t kProofChars = 22;  // base64url of 16 bytes, unpadded
constexpr std::size_t kMaxIdChars = 20;
constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Proof = std::array<char, kProofChars>;

Proof base64url(const unsigned char (&bytes)[kProofBytes]) {
  Proof out;
  std::size_t at = 0;
  std::uint32_t bits = 0;
  int count = 0;
  for (const unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) out[at++] = kAlphabet[bits >> (count - 6) & 63];
  }
  out[at] = kAlphabet[bits << (6 - count) & 63];
  return out;
}

}  // namespace

// Keyed once: an HMAC context that is started again keeps its key, which saves two hash blocks and every
// allocation per proof.
struct LeaseHandles::Mac {
  EVP_MAC* algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(algorithm);

  explicit Mac(const std::array<std::byte, 32>& secret) {
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                                 OSSL_PARAM_construct_end()};
    const auto* key = reinterpret_cast<const unsigned char*>(secret.data());
    if (context == nullptr || EVP_MAC_init(context, key, secret.size(), params) != 1) {
      throw std::runtime_error("OpenSSL offers no HMAC-SHA-256");
    }
  }
  ~Mac() {
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(algorithm);
  }
  Mac(const Mac&) = delete;
  Mac& operator=(const Mac&) = delete;

  Proof prove(std::string_view id) const {
    unsigned char full[32];
    std::size_t size = 0;
    HOLDFAST_ASSERT(EVP_MAC_init(context, nullptr, 0, nullptr) == 1);
    HOLDFAST_ASSERT(EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(id.data()), id.size()) ==
                    1);
    HOLDFAST_ASSERT(EVP_MAC_final(context, full, &size, sizeof full) == 1 && size == sizeof full);
    unsigned char first[kProofBytes];
    std::copy_n(full, kProofBytes, first);
    return base64url(first);
  }
};

LeaseHandles::LeaseHandles(const std::array<std::byte, 32>& secret) : mac_(std::make_unique<Mac>(secret)) {}
LeaseHandles::~LeaseHandles() = default;

void LeaseHandles::append(std::string& out, lock::LeaseId id) const {
  char text[kMaxIdChars];
  const auto [end, error] = std::to_chars(text, text + sizeof text, id.value);
  const Proof proof = mac_->prove({text, end});
  out.append(text, end).append(1, '.').append(proof.data(), proof.size());
}

std::optional<lock::LeaseId> LeaseHandles::check(std::string_view handle) const {
  const std::size_t dot = handle.find('.');
  if (dot == handle.npos || handle.size() - dot - 1 != kProofChars) return std::nullopt;
  const auto id = parse_lease_id(handle.substr(0, dot));
  if (!id) return std::nullopt;
  const Proof proof = mac_->prove(handle.substr(0, dot));
  if (CRYPTO_memcmp(proof.data(), handle.data() + dot + 1, kProofChars) != 0) return std::nullopt;
  return id;
}

std::optional<lock::LeaseId> parse_lease_id(std::string_view text) {
  lock::LeaseId id;
  if (text.empty() || text.front() == '0') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id.value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

}  // namespace holdfast::service
