#include "cli/pages/man_page.h"

#include <fmt/format.h>

namespace holdfast::cli {
namespace {

constexpr const char* kEnd = R"(.SH EXIT STATUS
.TP
\fB0\fR
Done.
.TP
\fB64\fR
The command line is wrong.
.TP
\fB69\fR
The server cannot be reached or cannot decide.
.TP
\fB75\fR
Not acquired, or in the way of others.
.TP
\fB77\fR
Not permitted.
.TP
\fB79\fR
The lock was lost; of \fBholdfast run\fR only.
.TP
\fB1\fR
Anything else.
.SH ENVIRONMENT
Of the commands that ask a server; \fBholdfast serve\fR has a variable for every option.
.TP
\fBHOLDFAST_SERVER\fR
The server, as \fB\-\-server\fR names it.
.TP
\fBHOLDFAST_API_KEY\fR, \fBHOLDFAST_API_KEY_FILE\fR
The key to send, or the file that has it.
.TP
\fBHOLDFAST_CA\fR, \fBHOLDFAST_CERT\fR, \fBHOLDFAST_CERT_KEY\fR
PEM files: the authorities to trust, and the client's own certificate and key.
)";

// A text that roff shows as it is.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// A line of its own, which must not begin as a request to roff does.
std::string text_line(std::string_view text) {
  return (text.starts_with('.') ? "\\&" : "") + plain(text) + "\n";
}

void append_synopsis(std::string& out, const CommandPage& page) {
  out += "\\fBholdfast " + plain(page.path) + "\\fR";
  if (!page.options.empty()) out += " [\\fIOPTION\\fR ...]";
  for (const auto& option : page.options) {
    if (!option.positional) continue;
    std::string name = "\\fI" + plain(option.names.front()) + "\\fR";
    if (option.repeats) name += " ...";
    out += option.required ? " " + name : " [" + name + "]";
  }
  if (page.takes_command()) out += " \\-\\- \\fICOMMAND\\fR [\\fIARG\\fR ...]";
  out += "\n";
}

void append_option(std::string& out, const OptionPage& option) {
  std::string names;
  for (const auto& name : option.names) {
    names += (names.empty() ? "" : ", ") + ("\\fB" + plain(name) + "\\fR");
  }
  if (!option.value.empty()) names += " \\fI" + plain(option.value) + "\\fR";
  out += ".TP\n" + names + "\n";
  out +=
      text_line(option.description +
                (option.choices.empty() ? "" : fmt::format("; one of {}", fmt::join(option.choices, ", "))));
}

// Paragraphs, and examples line by line.
void append_footer(std::string& out, std::string_view footer) {
  bool in_examples = false;
  bool after_gap = true;
  while (!footer.empty()) {
    const auto end = std::min(footer.find('\n'), footer.size());
    const std::string_view line = footer.substr(0, end);
    footer.remove_prefix(std::min(end + 1, footer.size()));
    if (line.starts_with("  ")) {
      if (!in_examples) out += ".PP\n.RS 4\n.nf\n";
      in_examples = true;
      out += text_line(line.substr(2));
      continue;
    }
    if (in_examples) out += ".fi\n.RE\n";
    in_examples = false;
    if (line.empty()) {
      after_gap = true;
      continue;
    }
    if (after_gap) out += ".PP\n";
    after_gap = false;
    out += text_line(line);
  }
  if (in_examples) out += ".fi\n.RE\n";
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find(":\n"));
}

void append_command(std::string& out, const CommandPage& page) {
  out += fmt::format(".SS \"holdfast {}\"\n", plain(page.path));
  append_synopsis(out, page);
  out += ".PP\n" + text_line(first_line(page.description) + ".");
  for (const auto& option : page.options) append_option(out, option);
  append_footer(out, page.footer);
}

}  // namespace

std::string man_page(const CommandPage& program) {
  std::string out =
      ".TH HOLDFAST 1 \"" HOLDFAST_DATE "\" \"holdfast " HOLDFAST_VERSION "\" \"User Commands\"\n.SH NAME\n";
  out += "holdfast \\- distributed lock service\n.SH SYNOPSIS\n";
  out += "\\fBholdfast\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR ...]\n.SH DESCRIPTION\n";
  out += text_line(program.description);
  append_footer(out, program.footer);
  out += ".SH COMMANDS\n";
  for (const auto* page : all_pages(program)) {
    if (!page->path.empty() && page->parts.empty()) append_command(out, *page);
  }
  return out + kEnd;
}

}  // namespace holdfast::cli
