#include "cli/offline.h"

#include <filesystem>

#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "keeper/errc.h"
#include "lock/errc.h"

namespace holdfast::cli {
namespace {

constexpr std::string_view kFile = "file:";

std::string_view remedy(const Error& error) {
  if (error.code == make_error_code(journal::Errc::in_use)) return "stop its server first";
  if (error.code == make_error_code(journal::Errc::no_space)) return "make room and try again";
  if (error.code == make_error_code(keeper::Errc::not_empty)) {
    return "nothing was written: name a directory that is empty or does not exist";
  }
  if (error.code == make_error_code(journal::Errc::not_a_journal)) return "nothing was changed";
  if (error.code == make_error_code(keeper::Errc::bad_backup))
    return "nothing was written: take another backup";
  if (error.code == make_error_code(lock::Errc::unknown_feature)) {
    return "nothing was written: use the newer version of Holdfast";
  }
  return "";
}

}  // namespace

Result<std::string> lasting_journal_url(std::string_view url) {
  if (url.starts_with("memory:")) {
    return Error{make_error_code(journal::Errc::unsupported), "memory: is gone when this command ends"};
  }
  if (!url.starts_with(kFile) || url == kFile) return std::string(url);
  std::error_code error;
  const auto path = std::filesystem::weakly_canonical(std::filesystem::path(url.substr(kFile.size())), error);
  if (error) return Error{error, std::string(url)};
  return std::string(kFile) + path.string();
}

Result<std::unique_ptr<journal::Journal>> open_journal(const std::string& url, bool create) {
  journal::OpenOptions options;
  options.create = create;
  return journal::open(url, options, [](const std::string& text) { complain(text); });
}

int fail_offline(const Error& error) {
  complain(error.message());
  if (const auto hint = remedy(error); !hint.empty()) complain(hint);
  return kExitFailure;
}

void show_incarnation(const lock::Restored& restored, const lock::Counts& counts) {
  fmt::print("{} locks, {} holds, {} leases, {} waiters\n", counts.locks, counts.holds, counts.leases,
             counts.waiters);
  fmt::print("incarnation {}, fencing tokens from {}, revisions from {}\n", restored.incarnation,
             restored.first_token.value, restored.revision.value);
}

}  // namespace holdfast::cli
