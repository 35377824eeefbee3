// An election: one of all processes leads, and the next one does when it resigns or dies.

#include <cstdio>
#include <holdfast/holdfast.h>

int main(int argc, char** argv) {
  const holdfast::connection locks = holdfast::connect(argc > 1 ? argv[1] : "http://127.0.0.1:7420");
  holdfast::campaign campaign(locks, "scheduler", {.reason = "http://10.0.0.7:8080"});
  if (const auto won = campaign.run(); !won) {
    std::fprintf(stderr, "%s\n", won.error().detail.c_str());
    return 1;
  }
  const auto leader = campaign.leader();
  if (leader && *leader) std::printf("%s leads at %s\n", (*leader)->owner.c_str(), (*leader)->reason.c_str());
  while (campaign.leads()) {
    std::puts("working");
    campaign.resign().value();
  }
  std::puts("resigned");
}
