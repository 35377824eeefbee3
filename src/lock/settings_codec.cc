#include "lock/settings_codec.h"

#include "lock/field_codec.h"

namespace holdfast::lock {
namespace {

void put_texts(ByteWriter& out, const std::vector<std::string>& texts) {
  out.varint(texts.size());
  for (const std::string& text : texts) out.text(text);
}

std::vector<std::string> get_texts(ByteReader& in) {
  std::vector<std::string> texts;
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) texts.emplace_back(get_view(in));
  return texts;
}

}  // namespace

void put(ByteWriter& out, const Settings& settings) {
  out.text(settings.description);
  put_texts(out, settings.owners);
  out.varint(settings.limit);
  put_texts(out, settings.shared_groups);
  put(out, settings.lock_delay);
  put(out, settings.max_hold);
  put(out, settings.max_ttl);
  put(out, settings.max_wait);
  out.u8(settings.allow_multi_key_wait);
  out.u8(settings.record_refusals);
}

// Braced initialisers are evaluated in order.
Settings get_settings(ByteReader& in) {
  return {std::string(get_view(in)),
          get_texts(in),
          get_u32(in),
          get_texts(in),
          get_millis(in),
          get_millis(in),
          get_millis(in),
          get_millis(in),
          get_bool(in),
          get_bool(in)};
}

}  // namespace holdfast::lock
