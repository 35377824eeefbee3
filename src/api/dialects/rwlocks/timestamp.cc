#include "api/dialects/rwlocks/timestamp.h"

#include "service/wall_text.h"

namespace holdfast::api::rwlocks {

std::string timestamp(lock::WallTime time) {
  std::string out;
  service::append_rfc3339(out, time);
  out.replace(out.size() - 1, 1, "000+00:00");
  return out;
}

}  // namespace holdfast::api::rwlocks
