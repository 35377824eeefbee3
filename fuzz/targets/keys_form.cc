#include <algorithm>

#include <boost/json/serialize.hpp>

#include "api/dialects/keys/form.h"
#include "lock/key.h"
#include "target.h"

namespace {

using namespace holdfast;

std::size_t values_in(const boost::json::value& value) {
  std::size_t count = 0;
  if (const auto* list = value.if_array()) {
    for (const auto& one : *list) count += values_in(one);
    return count;
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) count += values_in(member.value());
    return count;
  }
  return 1;
}

}  // namespace

// There is a value for each field, all of it is UTF-8, and it is not larger than what came.
HOLDFAST_FUZZ_TARGET(keys_form) {
  const std::string_view body = as_text(input);
  const auto form = api::keys::read_form(body, {});
  if (!form) return;
  const auto fields = static_cast<std::size_t>(std::ranges::count(body, '&')) + 1;
  HOLDFAST_ASSERT(values_in(*form) <= std::min(fields, api::keys::kMaxFormFields));
  HOLDFAST_ASSERT(lock::is_utf8(boost::json::serialize(*form)));
}
