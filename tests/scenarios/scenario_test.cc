// Every scenario file is a test of its own. `scenario_test --rewrite` (or HOLDFAST_REWRITE=1) writes what
// happened into the files instead of comparing; read the difference against the documents before it is kept.

#include "scenario.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include <gtest/gtest.h>

namespace holdfast::lock::testing {
namespace {

bool rewrite = std::getenv("HOLDFAST_REWRITE") != nullptr;

class ScenarioTest : public ::testing::Test {
 public:
  explicit ScenarioTest(std::filesystem::path path) : path_(std::move(path)) {}

  void TestBody() override {
    const std::string text = read_text(path_);
    const Played played = play(text);
    for (const std::string& fault : played.faults) ADD_FAILURE() << path_.filename().string() << " " << fault;
    if (!rewrite) {
      EXPECT_EQ(text, played.text) << path_.filename().string() << " says otherwise than what happens";
    } else if (text != played.text) {
      write_text(path_, played.text);
    }
  }

 private:
  std::filesystem::path path_;
};

void register_scenarios() {
  const std::filesystem::path folder = std::filesystem::path(HOLDFAST_SOURCE_DIR) / "tests/scenarios";
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".txt" && file.path().filename() != "CMakeLists.txt")
      files.push_back(file);
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    ::testing::RegisterTest("Scenario", file.stem().c_str(), nullptr, nullptr, file.c_str(), 1,
                            [file]() -> ::testing::Test* { return new ScenarioTest(file); });
  }
}

}  // namespace
}  // namespace holdfast::lock::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--rewrite") holdfast::lock::testing::rewrite = true;
  }
  holdfast::lock::testing::register_scenarios();
  return RUN_ALL_TESTS();
}
