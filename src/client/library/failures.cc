#include "client/library/failures.h"

#include <array>
#include <string_view>
#include <utility>

#include "store/http/http_error.h"

namespace holdfast {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "holdfast"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::held:
        return "others hold the lock";
      case errc::deadlock:
        return "waiting would be a deadlock";
      case errc::lost:
        return "the lock is lost";
      case errc::already_held:
        return "the lease holds it already";
      case errc::limit_mismatch:
        return "others use another limit";
      case errc::invalid_argument:
        return "invalid argument";
      case errc::permission_denied:
        return "permission denied";
      case errc::not_found:
        return "not found";
      case errc::in_use:
        return "in use";
      case errc::overloaded:
        return "the server is overloaded";
      case errc::unavailable:
        return "no server could decide";
      case errc::outcome_unknown:
        return "whether it was done is not known";
      case errc::cancelled:
        return "cancelled";
      case errc::unsupported:
        return "not supported";
      case errc::protocol:
        return "not an answer of Holdfast";
    }
    return "unknown";
  }
};

using Named = std::pair<std::string_view, errc>;
constexpr std::array kCodes{
    Named{"held", errc::held},
    Named{"lock_delay", errc::held},
    Named{"deadlock", errc::deadlock},
    Named{"limit_mismatch", errc::limit_mismatch},
    Named{"lease_gone", errc::lost},
    Named{"already_held", errc::already_held},
    Named{"invalid_argument", errc::invalid_argument},
    Named{"request_id_reused", errc::invalid_argument},
    Named{"too_large", errc::invalid_argument},
    Named{"permission_denied", errc::permission_denied},
    Named{"unauthenticated", errc::permission_denied},
    Named{"not_found", errc::not_found},
    Named{"in_use", errc::in_use},
    Named{"cancelled", errc::cancelled},
    Named{"overloaded", errc::overloaded},
    Named{"too_many_requests", errc::overloaded},
    Named{"journal_unavailable", errc::unavailable},
    Named{"no_leader", errc::unavailable},
    Named{"outcome_unknown", errc::outcome_unknown},
};

errc code_of(const client::Problem& problem) {
  for (const auto& [name, code] : kCodes) {
    if (problem.code == name) return code;
  }
  return problem.transient() ? errc::unavailable : errc::protocol;
}

errc code_of(const std::error_code& code) {
  using store::HttpErrc;
  if (code == HttpErrc::unreachable) return errc::unavailable;
  if (code == HttpErrc::no_reply || code == HttpErrc::timed_out) return errc::outcome_unknown;
  if (code == HttpErrc::cancelled) return errc::cancelled;
  if (code == HttpErrc::untrusted) return errc::permission_denied;
  if (code == HttpErrc::invalid_request || code == std::errc::invalid_argument) return errc::invalid_argument;
  return errc::protocol;
}

}  // namespace

const std::error_category& category() noexcept {
  static const Category instance;
  return instance;
}

std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), category()};
}

error::~error() = default;

namespace detail {
namespace {

// Who holds the key, as far as the server says.
std::string text_of(const client::Problem& problem) {
  if (problem.holders.empty())
    return problem.key.empty() ? problem.text() : problem.key + ": " + problem.text();
  const client::Holder& oldest = problem.holders.front();
  std::string text = problem.key + " is held by " + oldest.owner;
  if (!oldest.reason.empty()) text += " (" + oldest.reason + ")";
  if (problem.holders.size() > 1) text += " and " + std::to_string(problem.holders.size() - 1) + " more";
  if (problem.queue_length.value_or(0) > 0) text += ", " + std::to_string(*problem.queue_length) + " wait";
  return text;
}

}  // namespace

failure failure_of(const client::Problem& problem) {
  return {make_error_code(code_of(problem)), text_of(problem)};
}

failure failure_of(const Error& error) {
  return {make_error_code(code_of(error.code)), error.message()};
}

}  // namespace detail
}  // namespace holdfast
