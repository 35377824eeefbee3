#include "api/resp/error_line.h"

#include <algorithm>

#include <fmt/format.h>

#include "lock/limits.h"

namespace holdfast::api::resp {
namespace {

using service::Code;

// Everything else is percent-encoded in a value.
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/:@+,").find(c) != std::string_view::npos;
}

void append_encoded(std::string& out, std::string_view value) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : value) {
    if (is_plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
}

void add_ended(ErrorLine& line, const lock::EndedInfo& ended) {
  line.field("ended_by", service::name_of(ended.how));
  if (!ended.by.empty()) line.field("by", ended.by);
  if (!ended.reason.empty()) line.field("reason", ended.reason);
}

// Who is in the way, as far as one line shows it: the holder that has been there longest.
void add_obstacles(ErrorLine& line, const lock::Refused& refused) {
  if (!refused.holders.empty()) {
    const lock::HolderInfo& holder = refused.holders.front();
    line.field("owner", holder.owner);
    if (holder.expires_in) line.field("expires_in_ms", holder.expires_in->count());
    line.field("held_ms", holder.held.count());
    line.field("lease", static_cast<std::int64_t>(holder.lease.value));
    line.field("fencing_token", static_cast<std::int64_t>(holder.token.value));
    if (!holder.reason.empty()) line.field("reason", holder.reason);
    if (refused.holder_count > 1) line.field("holders", static_cast<std::int64_t>(refused.holder_count));
  }
  line.field("queue", static_cast<std::int64_t>(refused.queue_length));
  if (refused.waited.count() > 0) line.field("waited_ms", refused.waited.count());
}

bool tells_obstacles(Code code) {
  return code == Code::held || code == Code::deadlock || code == Code::lock_delay ||
         code == Code::limit_mismatch || code == Code::already_held || code == Code::in_use;
}

}  // namespace

std::string word_of(Code code) {
  switch (code) {
    case Code::lease_gone:
      return "GONE";
    case Code::outcome_unknown:
      return "UNKNOWN";
    case Code::permission_denied:
      return "NOPERM";
    case Code::invalid_argument:
      return "INVALID";
    default:
      break;
  }
  std::string word;
  for (const char c : service::name_of(code)) {
    if (c != '_') word += static_cast<char>(c - 'a' + 'A');
  }
  return word;
}

void ErrorLine::field(std::string_view name, std::string_view value) {
  text_.append(1, ' ').append(name).append(1, '=');
  append_encoded(text_, value);
}

void ErrorLine::field(std::string_view name, std::int64_t value) {
  fmt::format_to(std::back_inserter(text_), " {}={}", name, value);
}

void ErrorLine::sentence(std::string_view text) {
  if (!text.empty()) text_.append(" - ").append(text);
}

void write_fault(ReplyWriter& out, const service::Fault& fault) {
  ErrorLine line(word_of(fault.code));
  if (!fault.field.empty()) line.field("field", fault.field);
  line.sentence(fault.detail);
  out.error(line.text());
}

void write_refusal(ReplyWriter& out, const lock::Refused& refused) {
  const Code code = service::code_of(refused.code);
  ErrorLine line(word_of(code));
  if (!refused.key.empty()) line.field("key", refused.key);
  if (tells_obstacles(code)) add_obstacles(line, refused);
  for (const std::string& step : refused.cycle) line.field("cycle", step);
  if (refused.ended) add_ended(line, *refused.ended);
  if (refused.retry_after) line.field("retry_after_ms", refused.retry_after->count());
  if (code != Code::held) line.sentence(refused.detail);
  out.error(line.text());
}

void write_losses(ReplyWriter& out, const std::vector<lock::LossInfo>& losses) {
  ErrorLine line("LOST");
  const std::size_t shown = std::min(losses.size(), lock::kMaxNamedInRefusal);
  for (std::size_t i = 0; i < shown; ++i) {
    line.field("key", losses[i].key);
    line.field("fencing_token", static_cast<std::int64_t>(losses[i].token.value));
    add_ended(line, losses[i].ended);
  }
  if (shown < losses.size()) line.field("more", static_cast<std::int64_t>(losses.size() - shown));
  out.error(line.text());
}

}  // namespace holdfast::api::resp
