#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/http/browser_guard.h"
#include "api/http/request.h"

// What lets web pages of the origins that --cors-origin names use this server, and read its answers.

namespace holdfast::api::http {

// Appends the header lines that let the page of this request read the answer; nothing for any other page.
void append_sharing(std::string& lines, const Request& request, const BrowserRules& rules);

// Whether a browser asks for leave to make another request. Answered with append_leave() and 204, whatever
// the path is.
bool asks_for_leave(const Request& request, const BrowserRules& rules);
void append_leave(std::string& lines);

}  // namespace holdfast::api::http
