#include <utility>

#include "client.h"
#include "orders.h"

// Settings, breaks, wishes, reads.

namespace holdfast::sim {

void Client::register_key() {
  lock::Register command{.key = draw_key(random_, plan_),
                         .settings = draw_settings(random_),
                         .principal = principal_of(id_),
                         .by = principal_of(id_),
                         .administers = random_.one_in(2)};
  if (const auto known = versions_.find(command.key); known != versions_.end())
    command.expected = known->second;
  if (random_.one_in(4)) command.expected = lock::Revision{};
  if (!random_.one_in(3)) command.request = draw_tag(random_);
  const bool repeats = bool(command.request);
  ask(std::move(command), manner(repeats), [this](const Told* told) {
    if (const auto* done = reply_of<lock::RegisterDone>(told)) versions_[done->key] = done->version;
  });
}

void Client::unregister_key() {
  lock::Unregister command{.key = draw_key(random_, plan_),
                           .principal = principal_of(id_),
                           .by = principal_of(id_),
                           .administers = random_.one_in(2)};
  if (!random_.one_in(3)) command.request = draw_tag(random_);
  const bool repeats = bool(command.request);
  ask(std::move(command), manner(repeats), [](const Told*) {});
}

void Client::break_hold() {
  if (!seen_) return;
  lock::Break command{
      .key = seen_->key, .target = seen_->lease, .now = random_.one_in(2), .by = principal_of(id_)};
  if (random_.one_in(2)) command.target = seen_->token;
  if (!random_.one_in(3)) command.request = draw_tag(random_);
  seen_.reset();
  ask(std::move(command), manner(true), [](const Told*) {});
}

void Client::break_wait() {
  if (!seen_wait_) return;
  lock::Break command{.key = seen_wait_->key, .target = seen_wait_->waiter, .by = principal_of(id_)};
  if (!random_.one_in(3)) command.request = draw_tag(random_);
  seen_wait_.reset();
  ask(std::move(command), manner(true), [](const Told*) {});
}

void Client::request_release() {
  lock::RequestRelease command{.key = draw_key(random_, plan_), .reason = "wanted", .by = principal_of(id_)};
  if (random_.one_in(2)) command.request = draw_tag(random_);
  ask(std::move(command), manner(true), [](const Told*) {});
}

void Client::read() {
  const std::string key = draw_key(random_, plan_);
  ++operations_;
  asker_.ask(ReadKey{key}, manner(true), [this, key](const Told* told) {
    const auto* view = told ? std::get_if<KeyView>(&told->answer.what) : nullptr;
    if (view == nullptr || view->holders.empty()) return;
    seen_ = {key, view->holders.front().lease, view->holders.front().token};
  });
}

}  // namespace holdfast::sim
