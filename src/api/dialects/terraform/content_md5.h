#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/md5.h"
#include "service/fault.h"

namespace holdfast::api::terraform {

// The value of a Content-MD5 field (RFC 1864): base64 of 16 bytes.
std::string content_md5(const Md5& md5);

// None when the field is not there.
service::Checked<std::optional<Md5>> read_content_md5(std::string_view field);

}  // namespace holdfast::api::terraform
