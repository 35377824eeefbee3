#include <algorithm>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "api/http/body_fields.h"
#include "api/http/json_reader.h"
#include "lock/key.h"
#include "target.h"

namespace {

using namespace holdfast;
namespace json = boost::json;

void check_bounds(const json::value& value, std::size_t depth) {
  HOLDFAST_ASSERT(depth <= api::http::kMaxJsonDepth);
  if (const json::string* text = value.if_string())
    HOLDFAST_ASSERT(lock::is_utf8({text->data(), text->size()}));
  if (const json::array* list = value.if_array()) {
    for (const json::value& one : *list) check_bounds(one, depth + 1);
  }
  if (const json::object* object = value.if_object()) {
    HOLDFAST_ASSERT(object->size() <= api::http::kMaxJsonMembers);
    for (const auto& [name, one] : *object) {
      HOLDFAST_ASSERT(lock::is_utf8({name.data(), name.size()}));
      check_bounds(one, depth + 1);
    }
  }
}

// Fractions may come back a little different, so they are left out.
bool has_fractions(const json::value& value) {
  if (value.is_double()) return true;
  if (const json::array* list = value.if_array()) return std::ranges::any_of(*list, has_fractions);
  const json::object* object = value.if_object();
  return object != nullptr &&
         std::ranges::any_of(*object, [](const auto& member) { return has_fractions(member.value()); });
}

// The members of an acquire, taken as its handler takes them.
void take_fields(const json::object& object) {
  api::http::BodyFields fields(object);
  std::string key;
  std::optional<std::int64_t> ttl;
  std::optional<std::vector<std::string>> keys;
  std::int64_t wait = 0;
  bool extend = false;
  std::string metadata;
  fields.text("key", key);
  fields.texts("keys", keys);
  fields.word("mode", {"exclusive", "shared"});
  fields.integer_or_null("ttl_ms", ttl);
  fields.integer("wait_ms", wait);
  fields.truth("extend", extend);
  fields.object_text("metadata", metadata);
  if (!fields.finish()) HOLDFAST_ASSERT(metadata.empty() || metadata.starts_with('{'));
}

}  // namespace

HOLDFAST_FUZZ_TARGET(json_body) {
  const auto object = api::http::read_json(as_text(input), {});
  if (!object) return;
  check_bounds(*object, 1);
  take_fields(*object);
  const std::string text = json::serialize(*object);
  const auto again = api::http::read_json(text, {});
  HOLDFAST_ASSERT(again.has_value());
  if (!has_fractions(*object)) HOLDFAST_ASSERT(*again == *object);
}
