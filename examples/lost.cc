// A holder that is told when its lock is lost, and looks before what must not be done twice.

#include <cstdio>
#include <holdfast/holdfast.h>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // each line is seen at once, whoever prints it
  const holdfast::connection locks = holdfast::connect(argc > 1 ? argv[1] : "http://127.0.0.1:7420");
  auto held =
      locks.acquire("billing", {.ttl = 2s, .on_release_requested = [](const holdfast::release_request& wish) {
                                  std::printf("%s asks for it: %s\n", wish.by.c_str(), wish.reason.c_str());
                                }});
  if (!held) {
    std::fprintf(stderr, "%s\n", held.error().detail.c_str());
    return 1;
  }
  const std::stop_callback stop_working(held->lost(), [] { std::puts("lost"); });
  std::puts("held");

  for (std::string line; std::getline(std::cin, line);) {
    std::printf("%s %s\n", line.c_str(), held->is_held() ? "billed" : "not billed");
  }
  const auto released = held->release();
  if (!released) std::printf("not released: %s\n", released.error().code.message().c_str());
}
