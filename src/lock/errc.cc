#include "lock/errc.h"

#include <string>

namespace holdfast::lock {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "lock"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::malformed:
        return "malformed";
      case Errc::unknown_feature:
        return "written by a newer version of Holdfast";
      case Errc::out_of_sequence:
        return "does not follow the entries before it";
      case Errc::digest_mismatch:
        return "the state differs from its writer's";
    }
    return "unknown";
  }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

}  // namespace holdfast::lock
