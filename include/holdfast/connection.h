#pragma once

#include <holdfast/export.h>
#include <holdfast/hold.h>
#include <holdfast/options.h>
#include <holdfast/result.h>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

namespace detail {
class core;
}

// Who has a key now.
struct holder {
  std::string owner;
  std::string reason;
  std::string lease;
  holdfast::mode mode = holdfast::mode::exclusive;
  std::uint64_t fencing_token = 0;
};

// A server, or a store, to get locks from. Copies are one connection: it has one thread, which renews every
// lock that was got through it, one line to the server for renewals, one for releases and questions, and up
// to eight for those who wait for a lock; who comes after those waits for a line while its time runs. All of
// it may be called from any thread. It lives until the last copy and the last hold are gone.
class HOLDFAST_API connection {
 public:
  // All keys, or none; attempts of them. errc::held when others hold it to the end.
  result<hold> acquire(std::vector<std::string> keys, const lock_options& options = {}) const;
  result<hold> acquire(std::string key, const lock_options& options = {}) const {
    return acquire(std::vector<std::string>{std::move(key)}, options);
  }
  result<hold> acquire(std::initializer_list<std::string> keys, const lock_options& options = {}) const {
    return acquire(std::vector<std::string>(keys), options);
  }

  // The same, but only once, however many attempts the options name.
  result<hold> try_acquire(std::vector<std::string> keys, lock_options options = {}) const {
    options.attempts = 1;
    return acquire(std::move(keys), options);
  }
  result<hold> try_acquire(std::string key, lock_options options = {}) const {
    return try_acquire(std::vector<std::string>{std::move(key)}, std::move(options));
  }

  // The present holders of a key, the oldest first.
  result<std::vector<holder>> holders(const std::string& key) const;

 private:
  friend HOLDFAST_API result<connection> try_connect(std::string_view url, const connect_options& options);
  explicit connection(std::shared_ptr<detail::core> core) noexcept : core_(std::move(core)) {}

  std::shared_ptr<detail::core> core_;
};

// `http://host:port`, `https://host:port`, either with a base path, or `unix:/path/of/socket`. Nothing is
// sent before the first lock is asked for. Throws holdfast::error when the URL cannot be one.
HOLDFAST_API connection connect(std::string_view url, const connect_options& options = {});
// errc::invalid_argument, or unsupported: a scheme that this version cannot speak.
HOLDFAST_API result<connection> try_connect(std::string_view url, const connect_options& options = {});

}  // namespace holdfast
