#include "client/resp/resp_problem.h"

#include <array>
#include <charconv>
#include <utility>

#include <boost/url/pct_string_view.hpp>

namespace holdfast::client {
namespace {

using Named = std::pair<std::string_view, std::string_view>;

// Where the word is not just the code without its underscores.
constexpr std::array kCodes{
    Named{"HELD", "held"},
    Named{"LOCKDELAY", "lock_delay"},
    Named{"DEADLOCK", "deadlock"},
    Named{"LIMITMISMATCH", "limit_mismatch"},
    Named{"ALREADYHELD", "already_held"},
    Named{"REQUESTIDREUSED", "request_id_reused"},
    Named{"GONE", "lease_gone"},
    Named{"LOST", "lease_gone"},
    Named{"INVALID", "invalid_argument"},
    Named{"NOPERM", "permission_denied"},
    Named{"NOTFOUND", "not_found"},
    Named{"INUSE", "in_use"},
    Named{"CANCELLED", "cancelled"},
    Named{"TOOLARGE", "too_large"},
    Named{"TOOMANYREQUESTS", "too_many_requests"},
    Named{"OVERLOADED", "overloaded"},
    Named{"NOLEADER", "no_leader"},
    Named{"JOURNALUNAVAILABLE", "journal_unavailable"},
    Named{"UNKNOWN", "outcome_unknown"},
};

std::string_view code_of(std::string_view word) {
  for (const auto& [name, code] : kCodes) {
    if (word == name) return code;
  }
  return {};
}

// As REST would have it, so that both are judged alike.
int status_of(std::string_view code) {
  if (code == "overloaded" || code == "no_leader" || code == "journal_unavailable" ||
      code == "outcome_unknown") {
    return 503;
  }
  return code == "too_many_requests" ? 429 : 409;
}

std::string decoded(std::string_view value) {
  const auto encoded = boost::urls::make_pct_string_view(value);
  return encoded ? encoded->decode() : std::string(value);
}

std::optional<Milliseconds> millis(std::string_view value) {
  std::int64_t number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  if (read.ec != std::errc()) return std::nullopt;
  return Milliseconds(number);
}

void take_field(std::string_view name, std::string_view value, Problem& problem, Holder& holder) {
  if (name == "key" && problem.key.empty()) problem.key = decoded(value);
  if (name == "field") problem.field = decoded(value);
  if (name == "owner") holder.owner = decoded(value);
  if (name == "lease") holder.lease = value;
  if (name == "expires_in_ms") holder.expires_in = millis(value);
  if (name == "held_ms") holder.held = millis(value);
  if (name == "reason") (holder.owner.empty() ? problem.reason : holder.reason) = decoded(value);
  if (name == "ended_by") problem.ended_by = value;
  if (name == "by") problem.by = decoded(value);
  if (name == "waited_ms") problem.waited = millis(value);
  if (name == "retry_after_ms") problem.retry_after = millis(value);
  if (name == "queue") {
    if (const auto queue = millis(value)) problem.queue_length = static_cast<std::uint64_t>(queue->count());
  }
}

}  // namespace

Problem problem_of(std::string_view line) {
  Problem problem;
  constexpr std::string_view kSentence = " - ";
  if (const auto sentence = line.find(kSentence); sentence != std::string_view::npos) {
    problem.detail = line.substr(sentence + kSentence.size());
    line = line.substr(0, sentence);
  }
  const std::string_view word = line.substr(0, line.find(' '));
  problem.code = code_of(word);
  problem.status = status_of(problem.code);
  problem.title = word;
  Holder holder;
  for (std::string_view rest = line.substr(word.size()); !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view field = rest.substr(0, rest.find(' '));
    const auto equals = field.find('=');
    if (equals != std::string_view::npos)
      take_field(field.substr(0, equals), field.substr(equals + 1), problem, holder);
    rest.remove_prefix(field.size());
  }
  if (!holder.owner.empty()) problem.holders.push_back(std::move(holder));
  return problem;
}

}  // namespace holdfast::client
