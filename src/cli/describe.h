#pragma once

#include <string>
#include <vector>

#include "client/messages.h"
#include "client/problem.h"

namespace holdfast::cli {

// "deploy/prod" or "a and 2 other keys".
std::string describe_keys(const std::vector<std::string>& keys);

// How an owner is spoken of: people need not name themselves.
std::string name_of_owner(const std::string& owner);

// `alice@host1`, or `10.0.0.7:40112 [redlock]` when it came by another system's protocol.
std::string name_of_holder(const client::Holder& holder);

// One line that says who has the lock and for how long, such as
// `deploy/prod is held by alice@host1 (pid 12) for 3m10s, expires in 12s, 2 waiting`, or that it is kept
// closed. For refusals without such details it is the server's own sentence.
std::string describe_refusal(const std::vector<std::string>& keys, const client::Problem& problem);

// The holder's part of that line: `alice@host1 (pid 12) for 3m10s, expires in 12s`.
std::string describe_holder(const client::Holder& holder);

// `lost deploy/prod, ended by break of alice@host1: the runner is gone`.
std::string describe_lost(const client::LostHold& lost);

// `alice@host1 asks for the release of deploy/prod: a hotfix waits`.
std::string describe_wish(const client::ReleaseWish& wish);

}  // namespace holdfast::cli
