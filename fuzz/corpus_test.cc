// Catches what a fuzzer has found before, and whatever breaks what a target expects of inputs that are kept.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "target.h"

#define TARGET(name) HOLDFAST_FUZZ_TARGET(name);
#include "targets.inc"
#undef TARGET

namespace holdfast::fuzz {
namespace {

struct Target {
  const char* name;
  void (*run)(ByteView input);
};

constexpr Target kTargets[] = {
#define TARGET(name) {#name, holdfast_fuzz_##name},
#include "targets.inc"
#undef TARGET
};

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class FuzzCorpus : public testing::TestWithParam<Target> {};

TEST_P(FuzzCorpus, HoldsWhatTheTargetExpects) {
  const std::filesystem::path corpus(HOLDFAST_SOURCE_DIR "/fuzz/corpus");
  std::size_t inputs = 0;
  for (const auto& file : std::filesystem::directory_iterator(corpus / GetParam().name)) {
    // An input that breaks its target ends the program, and this line tells which it was.
    std::fprintf(stderr, "%s\n", file.path().c_str());
    GetParam().run(as_bytes(contents(file.path())));
    ++inputs;
  }
  GetParam().run({});
  EXPECT_GT(inputs, 0u);
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus, testing::ValuesIn(kTargets),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace holdfast::fuzz
