#include <holdfast/campaign.h>
#include <utility>

namespace holdfast {

campaign::campaign(connection from, std::string name, lock_options options)
    : from_(std::move(from)), name_(std::move(name)), options_(std::move(options)) {
  options_.mode = mode::exclusive;
  options_.wait = forever;
}

result<void> campaign::run() {
  if (hold_.is_held()) return {};
  auto won = from_.try_acquire(name_, options_);
  if (!won) return won.error();
  hold_ = std::move(*won);
  return {};
}

result<void> campaign::resign() {
  return hold_.lease().empty() ? result<void>() : hold_.release();
}

result<std::optional<holder>> campaign::leader() const {
  auto holders = from_.holders(name_);
  if (!holders) return holders.error();
  if (holders->empty()) return std::optional<holder>();
  return std::optional(std::move(holders->front()));
}

}  // namespace holdfast
