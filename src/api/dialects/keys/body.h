#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "api/http/exchange.h"
#include "service/fault.h"

// The bodies of Distributed-Lock, read as its server reads them, and its errors.

namespace holdfast::api::keys {

// An http::Dialect's.
int write_refusal(const service::Fault& fault, std::string& body);

// The body, JSON or urlencoded, whatever its Content-Type says; an empty one has no members.
service::Checked<boost::json::object> read_body(http::Exchange& exchange);

// A text, or the digits of a number.
service::Checked<std::string> read_uid(const boost::json::object& body);

// One key, or a list of them.
service::Checked<std::vector<std::string>> read_keys(const boost::json::object& body);

// The time to live in ms; none for the default, which also 0 stands for. Digits are read as far as they go.
service::Checked<std::optional<std::int64_t>> read_exp(const boost::json::object& body);

struct Token {
  std::string key;
  std::uint64_t version = 0;  // 0: none that was ever given
};

// What is to be unlocked: the list `keys`, or `tokens` as the README of Distributed-Lock has it.
service::Checked<std::vector<Token>> read_tokens(const boost::json::object& body);

}  // namespace holdfast::api::keys
