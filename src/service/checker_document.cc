#include "lock/limits.h"
#include "service/checker.h"
#include "service/request_tag.h"
#include "service/rules.h"

// What clients ask that keep documents with keys, and poll for the locks of these.

namespace holdfast::service {
namespace {

template <class Command>
Checked<Command> as_asked_by(const Caller& caller, Command command) {
  if (const auto fault = check_key(command.key, "key")) return *fault;
  command.principal = caller.principal;
  command.administers = caller.administers;
  return command;
}

}  // namespace

Checked<lock::Acquire> Checker::poll(const Caller& caller, PollRequest request) const {
  if (const auto fault = check_key(request.key, "key")) return *fault;
  if (const auto fault = check_text(request.alias.name, lock::kMaxAliasBytes, "ID")) return *fault;
  if (const auto fault = check_name(request.owner, lock::kMaxOwnerBytes, "Who")) return *fault;
  if (const auto fault = check_text(request.reason, lock::kMaxReasonBytes, "Operation")) return *fault;
  if (const auto fault = check_text(request.metadata, lock::kMaxMetadataBytes, "metadata")) return *fault;
  lock::Acquire command{.ttl = request.ttl, .reattach = request.kept};
  command.on_held = lock::OnHeld::extend_alias;
  command.polls = true;
  command.principal = caller.principal;
  command.administers = caller.administers;
  // No native request can have this id: it has line ends.
  command.request = tag_of(caller.principal, std::string(lock::name_of(request.alias.dialect)) + "\n" +
                                                 request.key + "\n" + request.alias.name);
  command.items.push_back({.key = std::move(request.key)});
  command.owner = std::move(request.owner);
  command.reason = std::move(request.reason);
  command.metadata = std::move(request.metadata);
  command.alias = std::move(request.alias);
  return command;
}

Checked<lock::StoreDocument> Checker::store_document(const Caller& caller, std::string key,
                                                     std::optional<lock::AliasedHold> under) const {
  return as_asked_by(caller, lock::StoreDocument{.key = std::move(key), .under = std::move(under)});
}

Checked<lock::RemoveDocument> Checker::remove_document(const Caller& caller, std::string key,
                                                       std::optional<lock::AliasedHold> under) const {
  return as_asked_by(caller, lock::RemoveDocument{.key = std::move(key), .under = std::move(under)});
}

}  // namespace holdfast::service
