#include <algorithm>

#include "lock/decide.h"
#include "lock/info.h"
#include "lock/limits.h"

// Whether a document may be changed is decided with everything else that happens to its key, so nobody who
// has lost the lock writes after somebody who has it.

namespace holdfast::lock {
namespace {

// Store or remove.
template <class Command>
std::optional<Refused> refused_by_lock(const State& state, JournalTime now, const Command& command) {
  const Ref<Lock> lock = state.find_lock(command.key);
  const Settings* settings = state.settings(lock);
  if (settings && !settings->owners.empty() && !command.administers &&
      std::ranges::find(settings->owners, command.principal) == settings->owners.end()) {
    return refuse(Code::permission_denied, "the key belongs to others");
  }
  if (command.under && find_aliased(state, *command.under)) return std::nullopt;
  if (lock && state.locks()[lock].holder_count > 0) return refuse_held(state, lock, now);
  if (!command.under) return std::nullopt;
  return refuse(Code::lease_gone, "the lock under which this was sent is not held any more");
}

std::optional<Refused> refused_by_size(const State& state, const StoreDocument& command,
                                       Ref<Document> present) {
  if (command.bytes > kMaxDocumentBytes) return refuse(Code::too_large, "the document is too large");
  if (!present && state.documents().size() >= kMaxDocuments) {
    return refuse(Code::too_large, "as many documents are kept as can be");
  }
  const std::uint64_t replaced = present ? state.documents()[present].bytes : 0;
  if (state.document_bytes() - replaced + command.bytes > kMaxAllDocumentBytes) {
    return refuse(Code::too_large, "all documents together would be larger than they may");
  }
  return std::nullopt;
}

}  // namespace

Decision decide_store(const State& state, JournalTime now, const StoreDocument& command) {
  if (auto refused = refused_by_lock(state, now, command)) return {{}, *std::move(refused), {}};
  const Ref<Document> present = state.find_document(command.key);
  if (auto refused = refused_by_size(state, command, present)) return {{}, *std::move(refused), {}};
  Decision decision{{}, DocumentDone{}, {}};
  if (state.level() < kDocumentLevel) decision.events.push_back(LevelRaised{kDocumentLevel});
  decision.events.push_back(DocumentStored{command.key, command.object, command.bytes});
  return decision;
}

Decision decide_remove(const State& state, JournalTime now, const RemoveDocument& command) {
  if (auto refused = refused_by_lock(state, now, command)) return {{}, *std::move(refused), {}};
  if (!state.find_document(command.key)) {
    return {{}, refuse(Code::not_found, "there is no document of this key"), {}};
  }
  return {{DocumentRemoved{command.key}}, DocumentDone{}, {}};
}

}  // namespace holdfast::lock
