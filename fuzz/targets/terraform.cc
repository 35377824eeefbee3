#include "api/dialects/terraform/content_md5.h"
#include "api/dialects/terraform/lock_info.h"
#include "lock/limits.h"
#include "target.h"

namespace {

using namespace holdfast;
using namespace api::terraform;

void check_content_md5(std::string_view field) {
  const auto md5 = read_content_md5(field);
  if (!md5 || !*md5) return;
  const auto again = read_content_md5(content_md5(**md5));
  HOLDFAST_ASSERT(again && *again == *md5);
}

void check_lock_info(std::string_view body) {
  const auto info = read_lock_info(body, {});
  if (!info) return;
  HOLDFAST_ASSERT(!info->id.empty() && info->json.size() <= lock::kMaxMetadataBytes);
  // What is told of a holder is what the holder said. Only its numbers, which no LockInfo has, may be written
  // longer each time, and then be too many bytes.
  const auto again = read_lock_info(info->json, {});
  if (!again && again.error().code == service::Code::too_large) return;
  HOLDFAST_ASSERT(again && again->id == info->id && again->who == info->who);
  HOLDFAST_ASSERT(again->operation == info->operation);
}

}  // namespace

HOLDFAST_FUZZ_TARGET(terraform) {
  check_content_md5(as_text(input));
  check_lock_info(as_text(input));
}
