#include "lock/event_codec.h"

namespace holdfast::lock {
namespace {

constexpr std::size_t kFixedBytes = 128;     // more than the numbers of any event take
constexpr std::size_t kFixedItemBytes = 48;  // more than the numbers of any item take

struct SizeBound {
  std::size_t operator()(const LeaseOpened& e) const {
    return kFixedBytes + e.principal.size() + e.owner.size() + e.metadata.size() + e.alias.name.size();
  }
  std::size_t operator()(const Granted& e) const {
    std::size_t size = kFixedBytes + e.reason.size();
    for (const GrantedKey& key : e.keys) size += kFixedItemBytes + key.key.size() + key.group.size();
    return size;
  }
  std::size_t operator()(const Released& e) const { return kFixedBytes + of(e.keys); }
  std::size_t operator()(const WaitBegan& e) const {
    std::size_t size = kFixedBytes + e.principal.size() + e.owner.size() + e.reason.size() +
                       e.metadata.size() + e.alias.name.size();
    for (const WaitedItem& item : e.items) size += kFixedItemBytes + item.key.size() + item.group.size();
    return size;
  }
  std::size_t operator()(const KeyOpened& e) const { return kFixedBytes + e.key.size(); }
  std::size_t operator()(const WaitEnded& e) const { return kFixedBytes + e.by.size() + e.reason.size(); }
  std::size_t operator()(const LockRegistered& e) const {
    std::size_t size = kFixedBytes + e.key.size() + e.by.size() + e.settings.description.size();
    return size + of(e.settings.owners) + of(e.settings.shared_groups);
  }
  std::size_t operator()(const LockUnregistered& e) const { return kFixedBytes + e.key.size() + e.by.size(); }
  std::size_t operator()(const HoldsBroken& e) const {
    return kFixedBytes + of(e.keys) + e.by.size() + e.reason.size();
  }
  std::size_t operator()(const LossesAcknowledged& e) const { return kFixedBytes + of(e.keys); }
  std::size_t operator()(const ReleaseRequested& e) const {
    return kFixedBytes + e.key.size() + e.by.size() + e.reason.size();
  }
  std::size_t operator()(const AcquireRefused& e) const {
    return kFixedBytes + e.key.size() + e.principal.size() + e.owner.size() + e.reason.size();
  }
  std::size_t operator()(const RequestRemembered& e) const { return kFixedBytes + of(e.keys); }
  std::size_t operator()(const Sealed& e) const { return kFixedBytes + e.successor.size(); }
  std::size_t operator()(const DocumentStored& e) const { return kFixedBytes + e.key.size(); }
  std::size_t operator()(const DocumentRemoved& e) const { return kFixedBytes + e.key.size(); }
  std::size_t operator()(const auto&) const { return kFixedBytes; }

  static std::size_t of(const std::vector<std::string>& texts) {
    std::size_t size = 0;
    for (const std::string& text : texts) size += kFixedItemBytes + text.size();
    return size;
  }
};

}  // namespace

std::size_t encoded_size_bound(const Event& event) {
  return std::visit(SizeBound{}, event);
}

}  // namespace holdfast::lock
