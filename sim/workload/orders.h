#pragma once

#include <string>

#include "lock/command.h"
#include "plan.h"
#include "random.h"

// What a client may ask for, drawn at random within what the service lets through.

namespace holdfast::sim {

std::string principal_of(std::uint32_t client);
std::string key_name(std::uint32_t number);

// Of a dialect's lease: one that is extended by its name, or one that is released by it. A client that did
// both could end by a late release what it was given by an extension.
lock::Alias draw_alias(Random& random, lock::Dialect dialect, bool extended);
bool is_extended(const lock::Alias& alias);

lock::RequestTag draw_tag(Random& random);
std::string draw_key(Random& random, const Plan& plan);
// So many different keys, or as many as there are.
std::vector<std::string> draw_keys(Random& random, const Plan& plan, std::size_t count);
lock::Millis draw_ttl(Random& random, const Plan& plan);
lock::Millis draw_wait(Random& random);
lock::Item draw_item(Random& random, std::string key);
lock::Settings draw_settings(Random& random);
// With everything but alias and lease.
lock::Acquire draw_acquire(Random& random, const Plan& plan, std::uint32_t client, std::size_t keys);

}  // namespace holdfast::sim
