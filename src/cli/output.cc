#include "cli/output.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "client/connection.h"

namespace holdfast::cli {
namespace {

// Owners and reasons are other people's words; a terminal must not obey them.
std::string printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return out;
}

// Columns a UTF-8 text takes, at one column a character.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

std::string aligned(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += printable(row[i]);
    if (i + 1 < row.size()) line.append(widths[i] - columns(row[i]) + 2, ' ');
  }
  return line;
}

std::string with_tabs(const std::vector<std::string>& row) {
  std::string line;
  for (const auto& cell : row) line += (line.empty() ? "" : "\t") + printable(cell);
  return line;
}

std::string advice_for(const client::Problem& problem) {
  if (problem.status == 401) return "set HOLDFAST_API_KEY or HOLDFAST_API_KEY_FILE";
  if (problem.status == 403) return "ask an administrator for a role that allows it";
  if (problem.code == "lease_gone") return "acquire again: nothing revives an ended lease";
  if (problem.code == "deadlock") return "release what you hold and try again";
  if (problem.code == "etag_mismatch")
    return "somebody else changed the settings just now: look, and run it again";
  if (problem.status == 503) return "try again in a moment, and look at `holdfast status`";
  return {};
}

int exit_code_of(const client::Problem& problem) {
  switch (problem.status) {
    case 400:
      return kExitUsage;
    case 401:
    case 403:
      return kExitNotPermitted;
    case 409:
      return kExitNotAcquired;
    case 502:
    case 503:
    case 504:
      return kExitUnreachable;
    default:
      return kExitFailure;
  }
}

}  // namespace

void complain(std::string_view text) {
  fmt::print(stderr, "holdfast: {}\n", printable(text));
}

void say(std::string_view text) {
  fmt::print("{}\n", printable(text));
}

void print_json(std::string_view json) {
  fmt::print("{}\n", json);
}

void print_row(const std::vector<std::string>& row) {
  if (::isatty(STDOUT_FILENO) == 0) {
    fmt::print("{}\n", with_tabs(row));
    return;
  }
  constexpr std::size_t kUsual = 16;
  std::vector<std::size_t> widths;
  for (const auto& cell : row) widths.push_back(std::max(kUsual, columns(cell)));
  fmt::print("{}\n", aligned(row, widths));
}

void print_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  if (::isatty(STDOUT_FILENO) == 0) {
    for (const auto& row : rows) fmt::print("{}\n", with_tabs(row));
    return;
  }
  std::vector<std::size_t> widths;
  for (const auto& name : header) widths.push_back(columns(name));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  const char* no_color = std::getenv("NO_COLOR");
  const bool bold = no_color == nullptr || *no_color == 0;
  fmt::print("{}{}{}\n", bold ? "\033[1m" : "", aligned(header, widths), bold ? "\033[0m" : "");
  for (const auto& row : rows) fmt::print("{}\n", aligned(row, widths));
}

int fail(const Error& error, std::string_view server) {
  using client::HttpErrc;
  complain(error.message());
  if (error.code == std::errc::bad_message) return kExitFailure;
  if (error.code == HttpErrc::untrusted) {
    complain("check HOLDFAST_CA, HOLDFAST_CERT and HOLDFAST_CERT_KEY");
    return kExitUnreachable;
  }
  if (error.code == HttpErrc::too_large || error.code == HttpErrc::cancelled) return kExitFailure;
  if (error.code == HttpErrc::invalid_request) return kExitUsage;
  complain(fmt::format("is the server running at {}? name another with --server or HOLDFAST_SERVER", server));
  return kExitUnreachable;
}

int fail(const client::Problem& problem, std::string_view text) {
  complain(text);
  if (const std::string advice = advice_for(problem); !advice.empty()) complain(advice);
  return exit_code_of(problem);
}

}  // namespace holdfast::cli
