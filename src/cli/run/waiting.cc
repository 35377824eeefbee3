#include "cli/run/waiting.h"

#include <poll.h>
#include <thread>

#include <fmt/format.h>

#include "cli/describe.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/run/event.h"
#include "client/request_id.h"

namespace holdfast::cli {
namespace {

constexpr client::Milliseconds kReleaseLimit(2000);

// The signal that ends the wait, or nothing when `done` was raised first.
std::optional<int> listen(SignalSource& signals, Event& done) {
  for (;;) {
    pollfd fds[] = {{done.fd(), POLLIN, 0}, {signals.fd(), POLLIN, 0}};
    ::poll(fds, 2, -1);
    while (const auto signal = signals.next()) {
      if (SignalSource::is_forwarded(*signal)) return signal;
      if (*signal == SIGTSTP) signals.stop_self();
    }
    if (done.take()) return std::nullopt;
  }
}

}  // namespace

int NotReached::report(std::string_view server) const {
  if (never) return fail(error, server);
  complain(error.message());
  complain(fmt::format("not acquired: {} stopped answering during the wait", server));
  return kExitNotAcquired;
}

WaitOutcome wait_for_lock(const client::Settings& settings, client::AcquireRequest request,
                          std::optional<client::Milliseconds> wait, bool quiet, SignalSource& signals) {
  client::Connection connection(settings);
  const auto keys = request.keys;
  client::Acquisition::Options options{.wait = wait};
  if (!quiet) {
    options.on_waiting = [&keys](const client::Problem& problem) {
      complain("waiting: " + describe_refusal(keys, problem));
    };
  }
  client::Acquisition acquisition(connection, std::move(request), std::move(options));

  Event done;
  std::optional<Result<std::variant<client::Held, client::Problem>>> result;
  std::jthread worker([&](std::stop_token stop) {
    result = acquisition.run(stop);
    done.raise();
  });
  const auto signal = listen(signals, done);
  worker.request_stop();
  worker.join();

  const auto* held = *result ? std::get_if<client::Held>(&**result) : nullptr;
  if (signal) {
    if (held != nullptr) {
      connection.release({.lease = held->reply.lease.handle, .request_id = client::new_request_id()},
                         {.timeout = kReleaseLimit});
    }
    return EndedBySignal{*signal};
  }
  if (!*result) return NotReached{.error = result->error(), .never = acquisition.never_reached()};
  if (held != nullptr) return std::move(std::get<client::Held>(**result));
  return std::move(std::get<client::Problem>(**result));
}

}  // namespace holdfast::cli
