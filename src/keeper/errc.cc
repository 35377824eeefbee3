#include "keeper/errc.h"

#include <string>

namespace holdfast::keeper {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "keeper"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::sealed:
        return "the journal is sealed";
      case Errc::unfinished:
        return "an unfinished restore or migration";
      case Errc::not_empty:
        return "not an empty journal";
      case Errc::wrong_clock:
        return "the clock of this machine cannot be right";
      case Errc::bad_backup:
        return "not a whole backup";
      case Errc::gave_up:
        return "the backup was given up";
      case Errc::other_cell:
        return "this is the journal of another cell";
    }
    return "unknown";
  }
};

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

}  // namespace holdfast::keeper
