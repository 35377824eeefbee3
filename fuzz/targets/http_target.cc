#include <string>

#include "api/http/router.h"
#include "api/http/target.h"
#include "lock/key.h"
#include "target.h"

namespace {

using namespace holdfast;
using namespace api::http;

std::string percent_encode(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

void check_query(std::string_view text) {
  const auto query = Query::parse(text, {"prefix", "limit"});
  const Query lenient = Query::parse_known(text, {"prefix", "limit"});
  if (!query) return;
  for (const std::string_view name : {"prefix", "limit"}) {
    HOLDFAST_ASSERT(lock::is_utf8(query->text(name)));
    HOLDFAST_ASSERT(query->text(name) == lenient.text(name));
  }
  const auto number = query->number("limit", 100, 10);
  HOLDFAST_ASSERT(!number || (*number >= 1 && *number <= 100));
}

}  // namespace

HOLDFAST_FUZZ_TARGET(http_target) {
  const std::string_view text = as_text(input);
  HOLDFAST_ASSERT(percent_decode(percent_encode(text)) == text);
  if (const auto decoded = percent_decode(text)) HOLDFAST_ASSERT(decoded->size() <= text.size());
  check_query(text);
  const auto target = split_target(text);
  if (!target) return;
  HOLDFAST_ASSERT(target->path.starts_with('/'));
  check_query(target->query);
}
