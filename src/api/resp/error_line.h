#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/resp/reply_writer.h"
#include "lock/reply.h"
#include "service/code.h"
#include "service/fault.h"

// Errors on the wire: `WORD name=value name=value - a sentence`. Values are percent-encoded, so that blanks
// separate fields and the first ` - ` ends them.

namespace holdfast::api::resp {

// The first word of an error: HELD, GONE, INVALID, NOLEADER, …
std::string word_of(service::Code code);

class ErrorLine {
 public:
  explicit ErrorLine(std::string word) : text_(std::move(word)) {}

  void field(std::string_view name, std::string_view value);
  void field(std::string_view name, std::int64_t value);
  void sentence(std::string_view text);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void write_fault(ReplyWriter& out, const service::Fault& fault);
void write_refusal(ReplyWriter& out, const lock::Refused& refused);

// A lease's owner is told of what it has lost.
void write_losses(ReplyWriter& out, const std::vector<lock::LossInfo>& losses);

}  // namespace holdfast::api::resp
