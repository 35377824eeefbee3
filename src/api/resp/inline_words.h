#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::api::resp {

// Splits a line as a shell would: words between blanks, "…" with \n \r \t \b \a \xHH and \ before anything
// else, '…' with \' only. Words without quotes are views of `line`, the others of `unquoted`, which is
// overwritten. False when a quote is not closed, or is followed by anything but a blank.
bool split_words(std::string_view line, std::string& unquoted, std::vector<std::string_view>& words);

}  // namespace holdfast::api::resp
