#include "keeper/keeper_fixture.h"

#include "lock/view.h"

namespace holdfast::keeper::testing {

Result<journal::Append> FaultyJournal::append(const journal::Head& previous, const journal::AppendId& id,
                                              ByteView entry) {
  std::unique_lock guard(mutex_);
  ++appends_;
  ids_.push_back(id);
  sent_.emplace_back(entry.begin(), entry.end());
  changed_.wait(guard, [this] { return !held_; });
  if (during_append_) during_append_();
  if (failing_) return Error{std::make_error_code(std::errc::io_error), "the disk failed"};
  if (!scripted_.empty()) {
    const journal::Append outcome = scripted_.front();
    scripted_.pop_front();
    if (outcome != journal::Append::written) return outcome;
  }
  return inner_->append(previous, id, entry);
}

World::World(Runner kind, Options options)
    : runner_(kind == Runner::inline_ ? make_inline_runner(journal) : make_threaded_runner(io, journal)) {
  EXPECT_TRUE(rebuild(state, journal, clock, events));
  EXPECT_TRUE(take_over(state, journal, wall, events));
  loop = std::make_shared<Loop>(Loop::Parts{io, state, *runner_, alarm, clock, wall}, options,
                                Loop::Hooks{.fatal = [this](Error error) { fatal = std::move(error); },
                                            .durable =
                                                [this](const journal::Head&, std::uint64_t, bool quiet) {
                                                  events.durable(state);
                                                  if (on_durable) on_durable();
                                                  quiet_entries += quiet;
                                                }});
  loop->observe(events);
  loop->start(journal.head());
  pass();
  advance(StallGuard::kRound * (StallGuard::kRounds + 1));
}

World::~World() {
  journal.hold(false);
}

void World::pass() {
  io.restart();
  io.poll();
}

void World::advance(std::chrono::nanoseconds by) {
  const std::chrono::nanoseconds target = clock.now() + by;
  while (alarm.is_due(target)) {
    clock.move(std::max(alarm.due() - clock.now(), 0ns));
    alarm.ring();
    pass();
  }
  clock.move(target - clock.now());
}

void World::stall(std::chrono::nanoseconds by, const std::function<void()>& arrives) {
  clock.move(by);
  if (alarm.is_due(clock.now())) alarm.ring();
  if (arrives) arrives();
  pass();
}

void World::ask(lock::Command command, Client& client) {
  loop->submit(std::move(command), client);
  until([&] { return client.answers > 0; });
}

std::vector<lock::Entry> World::entries() {
  std::vector<lock::Entry> all;
  const auto read = journal.read(1, [&](std::uint64_t, ByteView bytes) -> Result<void> {
    all.push_back(lock::decode_entry(bytes).value());
    return {};
  });
  EXPECT_TRUE(read);
  return all;
}

std::size_t World::holders(std::string_view key) const {
  return lock::show_lock(state, key, state.time()).holder_count;
}

std::size_t World::queued(std::string_view key) const {
  return lock::show_lock(state, key, state.time()).queue_length;
}

std::shared_ptr<Documents> World::make_documents() {
  return std::make_shared<Documents>(Documents::Parts{
      .io = io,
      .journal = journal,
      .state = state,
      .submit = [this](lock::Command command, Call& call) { return loop->submit(std::move(command), call); },
      .when_durable = [this](auto then) { loop->when_durable(std::move(then)); }});
}

}  // namespace holdfast::keeper::testing
