#include "cli/describe.h"

#include <fmt/format.h>

#include "cli/duration.h"

namespace holdfast::cli {

std::string describe_keys(const std::vector<std::string>& keys) {
  if (keys.size() == 1) return keys.front();
  return fmt::format("{} and {} other key{}", keys.front(), keys.size() - 1, keys.size() == 2 ? "" : "s");
}

std::string name_of_owner(const std::string& owner) {
  return owner.empty() ? "an unnamed owner" : owner;
}

std::string name_of_holder(const client::Holder& holder) {
  const bool native = holder.dialect.empty() || holder.dialect == "native";
  return name_of_owner(holder.owner) + (native ? "" : " [" + holder.dialect + "]");
}

std::string describe_holder(const client::Holder& holder) {
  std::string text = name_of_holder(holder);
  if (holder.held) text += " for " + format_duration(*holder.held);
  if (!holder.reason.empty()) text += " (" + holder.reason + ")";
  text += holder.expires_in ? ", expires in " + format_duration(*holder.expires_in) : ", without expiry";
  return text;
}

std::string describe_lost(const client::LostHold& lost) {
  std::string text = "lost " + lost.key;
  if (!lost.ended_by.empty()) text += ", ended by " + lost.ended_by;
  if (!lost.by.empty()) text += " of " + lost.by;
  if (!lost.reason.empty()) text += ": " + lost.reason;
  return text;
}

std::string describe_wish(const client::ReleaseWish& wish) {
  const std::string who = wish.by.empty() ? "somebody" : wish.by;
  return who + " asks for the release of " + wish.key + (wish.reason.empty() ? "" : ": " + wish.reason);
}

std::string describe_refusal(const std::vector<std::string>& keys, const client::Problem& problem) {
  const bool closed = problem.code == "lock_delay";
  const bool details = !problem.holders.empty() || problem.queue_length.value_or(0) > 0;
  if (!closed && !(problem.code == "held" && details)) return problem.text();

  std::string text = problem.key.empty() ? describe_keys(keys) : problem.key;
  if (closed) {
    text += " is kept closed after its last holder";
  } else if (problem.holders.empty()) {
    text += " is waited for by others";
  } else {
    text += " is held by " + describe_holder(problem.holders.front());
    if (problem.holders.size() > 1) text += fmt::format(", and {} more", problem.holders.size() - 1);
  }
  if (problem.queue_length.value_or(0) > 0) text += fmt::format(", {} waiting", *problem.queue_length);
  if (closed && problem.retry_after) text += ", opens in " + format_duration(*problem.retry_after);
  return text;
}

}  // namespace holdfast::cli
