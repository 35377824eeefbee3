#include "store/http/http_error.h"

namespace holdfast::store {
namespace {

class HttpCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "http"; }

  std::string message(int value) const override {
    switch (static_cast<HttpErrc>(value)) {
      case HttpErrc::invalid_request:
        return "invalid request";
      case HttpErrc::unreachable:
        return "server unreachable";
      case HttpErrc::untrusted:
        return "TLS certificate not accepted";
      case HttpErrc::no_reply:
        return "connection lost before the reply";
      case HttpErrc::timed_out:
        return "no reply in time";
      case HttpErrc::cancelled:
        return "cancelled";
      case HttpErrc::too_large:
        return "reply too large";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& http_category() {
  static const HttpCategory category;
  return category;
}

}  // namespace holdfast::store
