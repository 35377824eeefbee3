#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cli/serve/setting.h"

// docs/configuration.md lists what the table of settings has. HOLDFAST_REWRITE=1 writes the list anew.

namespace holdfast::cli {
namespace {

constexpr std::string_view kBegin = "|---|---|---|---|---|\n";
constexpr std::string_view kEnd = "<!-- end -->\n";

std::string value_of(const Setting& setting) {
  if (setting.form == ValueForm::boolean) return "true or false";
  return std::string(setting.type) + (setting.repeatable ? ", a list" : "");
}

std::string rows() {
  std::string out;
  for (const Setting& setting : serve_settings()) {
    const std::string standard = setting.standard.empty() ? "" : fmt::format("`{}`", setting.standard);
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", setting.name, value_of(setting), standard,
                       setting.help, setting.reloadable ? "yes" : "");
  }
  return out;
}

TEST(ConfigurationPage, HasEverySettingAsTheTableHasIt) {
  const std::string path = HOLDFAST_SOURCE_DIR "/docs/configuration.md";
  std::ostringstream read;
  read << std::ifstream(path).rdbuf();
  const std::string page = read.str();
  const std::size_t begin = page.find(kBegin);
  const std::size_t end = page.find(kEnd);
  ASSERT_NE(begin, page.npos);
  ASSERT_NE(end, page.npos);
  const std::size_t list = begin + kBegin.size();
  if (std::getenv("HOLDFAST_REWRITE") != nullptr) {
    std::ofstream(path) << page.substr(0, list) << rows() << page.substr(end);
  } else {
    EXPECT_EQ(page.substr(list, end - list), rows()) << "HOLDFAST_REWRITE=1 ./dev test serve_settings_test";
  }
}

}  // namespace
}  // namespace holdfast::cli
