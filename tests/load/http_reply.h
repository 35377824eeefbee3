#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Just enough HTTP and JSON for a load client that must not be the limit: it reads replies of a server whose
// form it knows, it does not check them. Whoever wants to know whether a reply is well-formed asks the API
// tests.

namespace holdfast::load {

struct HttpReply {
  int status = 0;
  std::string_view body;  // into the text that was read
  std::size_t bytes = 0;  // of the whole reply, head included
};

// The reply at the start of `text`, or nothing while it is not there whole. Replies need a Content-Length;
// one without it, or text that is no HTTP, is a reply of status -1 that takes everything.
std::optional<HttpReply> read_reply(std::string_view text);

// The first member of that name anywhere in `json`. Texts come as written, escapes included.
std::optional<std::string_view> text_member(std::string_view json, std::string_view name);
std::optional<std::int64_t> number_member(std::string_view json, std::string_view name);

// The text after the first member of that name, to look for the next one; empty when there is none.
std::string_view after_member(std::string_view json, std::string_view name);

}  // namespace holdfast::load
