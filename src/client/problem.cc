#include "client/problem.h"

namespace holdfast::client {

bool Problem::transient() const {
  // 502 and 504 are a proxy's word for a lost reply.
  return status == 502 || status == 503 || status == 504 || status == 429;
}

std::string Problem::text() const {
  std::string text = !detail.empty() ? detail : title;
  if (text.empty()) text = "HTTP status " + std::to_string(status);
  if (!ended_by.empty()) text += ", ended by " + ended_by;
  if (!by.empty()) text += " of " + by;
  if (!reason.empty()) text += ": " + reason;
  return text;
}

}  // namespace holdfast::client
