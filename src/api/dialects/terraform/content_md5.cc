#include "api/dialects/terraform/content_md5.h"

#include <algorithm>

#include <openssl/evp.h>

#include "service/rules.h"

namespace holdfast::api::terraform {
namespace {

constexpr std::size_t kEncoded = 24;  // characters, the last two of them padding

}  // namespace

std::string content_md5(const Md5& md5) {
  std::string text(kEncoded, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(md5.data()), static_cast<int>(md5.size()));
  return text;
}

service::Checked<std::optional<Md5>> read_content_md5(std::string_view field) {
  if (field.empty()) return std::optional<Md5>();
  const auto malformed = [] { return service::invalid("Content-MD5", "this is not base64 of 16 bytes"); };
  unsigned char bytes[18];
  if (field.size() != kEncoded || field.find('=') != kEncoded - 2 || !field.ends_with("=="))
    return malformed();
  if (EVP_DecodeBlock(bytes, reinterpret_cast<const unsigned char*>(field.data()), kEncoded) != sizeof bytes)
    return malformed();
  Md5 md5;
  std::copy_n(reinterpret_cast<const std::byte*>(bytes), md5.size(), md5.begin());
  return std::optional(md5);
}

}  // namespace holdfast::api::terraform
