#pragma once

#include <memory>
#include <vector>

#include "api/resp/exchange.h"

namespace holdfast::api::resp {

// Exchanges that are not in use, shared by the connections of a server. They live as long as the pool, so
// that a late callback finds one, whoever uses it by then.
class ExchangePool {
 public:
  Exchange& take() {
    if (free_ == nullptr) return *all_.emplace_back(std::make_unique<Exchange>());
    Exchange& exchange = *free_;
    free_ = exchange.next;
    exchange.next = nullptr;
    return exchange;
  }

  void give_back(Exchange& exchange) {
    exchange.abandon();
    exchange.next = free_;
    free_ = &exchange;
  }

 private:
  std::vector<std::unique_ptr<Exchange>> all_;
  Exchange* free_ = nullptr;
};

}  // namespace holdfast::api::resp
