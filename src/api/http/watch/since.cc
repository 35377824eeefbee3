#include "api/http/watch/since.h"

#include <fmt/format.h>

#include "service/event_id.h"
#include "service/rules.h"

namespace holdfast::api::http {

service::Checked<lock::Revision> kept_since(const Broadcast& broadcast, std::string_view text,
                                            std::string_view field) {
  using service::Code;
  using service::Fault;
  const auto id = service::parse_event_id(text);
  if (!id) return service::invalid(field, fmt::format("{} is the id of an event, such as 1-57", field));
  if (id->incarnation != broadcast.incarnation()) {
    return Fault{Code::compacted,
                 fmt::format("the events of incarnation {} are gone, this is {}", id->incarnation,
                             broadcast.incarnation()),
                 std::string(field)};
  }
  if (id->revision > broadcast.hub().through()) return service::invalid(field, "there is no such event yet");
  if (id->revision < broadcast.floor()) {
    return Fault{Code::compacted, "the events after this one are no longer kept", std::string(field)};
  }
  return id->revision;
}

}  // namespace holdfast::api::http
