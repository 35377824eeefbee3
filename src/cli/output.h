#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "client/problem.h"

namespace holdfast::cli {

// Standard output and standard error of the client commands: data goes to the one, words to the other.

// Prints "holdfast: text" to standard error.
void complain(std::string_view text);

// Prints `text` and a line end to standard output, for people; control characters are shown as `?`.
void say(std::string_view text);

// Prints `json` and a line end to standard output.
void print_json(std::string_view json);

// Rows of texts: aligned under a bold header on a terminal (plain with NO_COLOR), otherwise separated by tabs
// without a header, for other programs. Control characters in values are shown as `?`.
void print_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

// One row of a table that never ends: widths are those of what usually stands there.
void print_row(const std::vector<std::string>& row);

// Says what went wrong, where, and what to do next, and returns the exit code for it. The code of a refusal
// is 77 for 401 and 403, 64 for 400, 75 for 409, 69 when the server could not decide, else 1.
int fail(const Error& error, std::string_view server);
int fail(const client::Problem& problem, std::string_view text);

}  // namespace holdfast::cli
