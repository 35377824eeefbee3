#include "client/problem.h"

namespace holdfast::client {

bool Problem::transient() const {
  // 502 and 504 are a proxy's word for a lost reply.
  return status == 502 || status == 503 || status == 504 || status == 429;
}

std::string Problem::text() const {
  if (!detail.empty()) return detail;
  if (!title.empty()) return title;
  return "HTTP status " + std::to_string(status);
}

}  // namespace holdfast::client
