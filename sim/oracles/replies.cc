#include "replies.h"

#include <algorithm>

#include <fmt/format.h>

namespace holdfast::sim {
namespace {

// Refusals of the keeper's front door: nothing was decided, so their revision is no promise.
bool is_decided(const Answer& answer) {
  const auto* reply = std::get_if<lock::Reply>(&answer.what);
  const auto* refused = reply ? std::get_if<lock::Refused>(reply) : nullptr;
  if (refused == nullptr) return true;
  return refused->code != lock::Code::overloaded && refused->code != lock::Code::journal_unavailable &&
         refused->code != lock::Code::outcome_unknown && refused->code != lock::Code::no_leader;
}

std::array<std::uint64_t, 3> name_of(const lock::RequestTag& request) {
  return {request.id[0], request.id[1], request.fingerprint};
}

}  // namespace

void Replies::told(lock::Revision durable, lock::Revision asked_at, const Question& question,
                   const Answer& answer) {
  if (!is_decided(answer)) return;
  if (answer.revision > durable) {
    violations_.add(fmt::format("an answer of revision {} is told when only {} is durable",
                                answer.revision.value, durable.value));
  }
  if (answer.revision < asked_at) {
    violations_.add(fmt::format("an answer of revision {} to a question that was sent after {} was known",
                                answer.revision.value, asked_at.value));
  }
  floor_ = std::max(floor_, answer.revision);
  if (const auto* view = std::get_if<KeyView>(&answer.what)) {
    const std::string& key = std::get<ReadKey>(question).key;
    if (!ledger_.showed(key, answer.revision, view->holders)) {
      violations_.add(fmt::format("a read of {} at revision {} shows other holders than there were", key,
                                  answer.revision.value));
    }
    return;
  }
  const auto& command = std::get<lock::Command>(question);
  const auto& reply = std::get<lock::Reply>(answer.what);
  if (const auto* each = std::get_if<lock::AcquiredEach>(&reply)) {
    for (const lock::Acquired& acquired : each->each) check_acquired(acquired);
  } else if (const auto* acquired = std::get_if<lock::Acquired>(&reply)) {
    check_acquired(*acquired);
    const auto* acquire = std::get_if<lock::Acquire>(&command);
    if (acquire && acquire->request && !acquire->polls) check_once(acquire->request, *acquired);
  } else if (const auto* started = std::get_if<lock::LeaseStarted>(&reply)) {
    const auto* open = std::get_if<lock::OpenLease>(&command);
    if (open && open->request) check_opened(open->request, started->lease.id);
  }
}

void Replies::check_acquired(const lock::Acquired& acquired) {
  for (const lock::Grant& grant : acquired.grants) {
    if (!ledger_.granted(acquired.lease.id, grant.key, grant.token)) {
      violations_.add(fmt::format("lease {} is told of token {} of {}, which was never granted to it",
                                  acquired.lease.id.value, grant.token.value, grant.key));
    }
    if (grant.fence_floor > grant.token) {
      violations_.add(fmt::format("token {} of {} lies below its fence floor", grant.token.value, grant.key));
    }
  }
}

void Replies::check_once(const lock::RequestTag& request, const lock::Acquired& acquired) {
  check_body(request, acquired.lease.id);
  Given& given = given_.try_emplace(name_of(request), Given{acquired.lease.id, {}}).first->second;
  if (given.lease != acquired.lease.id) {
    violations_.add(
        fmt::format("one request is told leases {} and {}", given.lease.value, acquired.lease.id.value));
  }
  for (const lock::Grant& grant : acquired.grants) {
    const auto before = given.tokens.try_emplace(grant.key, grant.token).first;
    if (before->second == grant.token) continue;
    violations_.add(fmt::format("one request is told tokens {} and {} of {}", before->second.value,
                                grant.token.value, grant.key));
  }
}

// The same id with another body must not be told of the first one's grant.
void Replies::check_body(const lock::RequestTag& request, lock::LeaseId lease) {
  const auto first = told_.try_emplace(request.id, request).first->second;
  if (first.fingerprint == request.fingerprint) return;
  if (given_.at(name_of(first)).lease != lease) return;
  violations_.add(fmt::format("lease {} is told to two requests of one id", lease.value));
}

void Replies::check_opened(const lock::RequestTag& request, lock::LeaseId lease) {
  const auto given = given_.try_emplace(name_of(request), Given{lease, {}}).first;
  if (given->second.lease == lease) return;
  violations_.add(fmt::format("one request opens leases {} and {}", given->second.lease.value, lease.value));
}

}  // namespace holdfast::sim
