#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lock/types.h"

namespace holdfast::api::http {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kProblemJson = "application/problem+json";

// One response but for its body.
struct ResponseHead {
  int status = 200;
  std::string_view content_type = kJson;
  bool keep_alive = true;
  bool http_1_1 = true;
  lock::Revision revision;
  std::optional<std::uint64_t> retry_after;  // seconds
  std::string_view allow;                    // the methods that a 405 names; else empty
  std::string_view fields;                   // more header lines, each with its end
};

// Appends the whole response; with `head_only`, everything but the body (an answer to HEAD).
void append_response(std::string& out, const ResponseHead& head, std::string_view body, bool head_only);

// Appends the head of a reply that goes on until somebody ends it, then its pieces and its end: chunked for
// HTTP/1.1, else everything up to the end of the connection.
void append_stream_head(std::string& out, const ResponseHead& head);
void append_piece(std::string& out, std::string_view text, bool http_1_1);
void append_last_piece(std::string& out, bool http_1_1);

}  // namespace holdfast::api::http
