#pragma once

#include <optional>
#include <string>

#include "lock/alias.h"
#include "service/fault.h"

namespace holdfast::api::http {
class Exchange;
}

namespace holdfast::api::terraform {

// The key that the path names: terraform/NAME. Whether it can be one is checked with the rest of the request.
service::Checked<std::string> key_of(const http::Exchange& exchange);

// The caller's hold of the key under this ID.
lock::AliasedHold aliased_hold(const http::Exchange& exchange, const std::string& key, std::string id);

// The same for the ID that the query has; none when it has none. Other parameters say nothing here.
service::Checked<std::optional<lock::AliasedHold>> lock_of_query(const http::Exchange& exchange,
                                                                 const std::string& key);

}  // namespace holdfast::api::terraform
