#pragma once

#include <functional>
#include <variant>

#include "cli/client_options.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "client/connection.h"
#include "client/persist.h"

namespace holdfast::cli {

// How long a simple command tries to get an answer. One that only looks does not wait for a restart.
inline constexpr client::Patience kPatience{.answer = client::Milliseconds(10'000)};
inline constexpr client::Patience kReadPatience{.answer = client::Milliseconds(10'000),
                                                .connection = client::Milliseconds(1'000)};

// Ends a command with an answer: prints its JSON or hands it to `show`, or says what went wrong, and returns
// the exit code. With --json a refusal's body goes to standard output too.
template <class Reply>
int conclude(const client::Answer<Reply>& answer, const ClientOptions& options,
             const client::Settings& settings, const std::function<void(const Reply&)>& show) {
  if (!answer) return fail(answer.error(), settings.server.text());
  if (const auto* problem = std::get_if<client::Problem>(&*answer)) {
    if (options.json && !problem->code.empty()) print_json(problem->json);
    return fail(*problem, problem->text());
  }
  const auto& reply = std::get<Reply>(*answer);
  if (options.json) {
    print_json(reply.json);
  } else {
    show(reply);
  }
  return kExitOk;
}

}  // namespace holdfast::cli
