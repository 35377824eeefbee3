#include "service/history/query.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace holdfast::service::history {
namespace {

// About how large the texts of a page may become.
constexpr std::size_t kPageBytes = 512 << 10;

std::size_t cost_of(const lock::EventView& event) {
  return sizeof event + event.owner.size() + event.principal.size() + event.reason.size() + event.by.size();
}

// The event with one of its keys alone.
lock::EventView with_key(const lock::EventView& event, std::size_t key) {
  lock::EventView row;
  row.revision = event.revision;
  row.at = event.at;
  row.kind = event.kind;
  if (key < event.keys.size()) row.keys.push_back(event.keys[key]);
  row.lease = event.lease;
  row.waiter = event.waiter;
  row.owner = event.owner;
  row.principal = event.principal;
  row.reason = event.reason;
  row.by = event.by;
  row.outcome = event.outcome;
  row.lease_ended = event.lease_ended;
  row.ttl = event.ttl;
  row.number = event.number;
  return row;
}

template <class Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string to_text(const Cursor& cursor) {
  return fmt::format("{}.{}", cursor.revision.value, cursor.key);
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  const std::size_t dot = text.find('.');
  Cursor cursor;
  if (dot == text.npos || !parse(text.substr(0, dot), cursor.revision.value) || !cursor.revision ||
      !parse(text.substr(dot + 1), cursor.key)) {
    return std::nullopt;
  }
  return cursor;
}

lock::Revision PageMaker::begins_before() const {
  return query_.from.revision ? query_.from.revision.next() : lock::Revision{};
}

bool PageMaker::full() const {
  return rows_.size() >= query_.limit || bytes_ >= kPageBytes;
}

bool PageMaker::visit(std::uint64_t incarnation, const lock::EventView& event) {
  if (event.revision <= query_.since) {
    complete_ = true;
    return false;
  }
  if (!wants(event)) return true;
  const std::size_t rows = std::max<std::size_t>(1, event.keys.size());
  std::size_t row = event.revision == query_.from.revision ? query_.from.key : 0;
  for (; row < rows; ++row) {
    if (row < event.keys.size() && !wants(event.keys[row])) continue;
    if (full()) {
      next_ = Cursor{event.revision, row};
      return false;
    }
    rows_.push_back({incarnation, with_key(event, row)});
    bytes_ += cost_of(rows_.back().event);
  }
  return true;
}

bool PageMaker::wants(const lock::EventView& event) const {
  if (query_.kind && event.kind != *query_.kind) return false;
  if (!query_.owner.empty() && event.owner != query_.owner) return false;
  if (query_.lease && event.lease != query_.lease) return false;
  return !event.keys.empty() || (query_.key.empty() && query_.prefix.empty());
}

bool PageMaker::wants(const lock::EventKey& key) const {
  if (!query_.key.empty() && key.key != query_.key) return false;
  return key.key.starts_with(query_.prefix);
}

std::optional<Cursor> PageMaker::next(const Backward& read) const {
  if (next_ || complete_ || !read.more) return next_;
  if (read.before.value <= 1) return std::nullopt;
  return Cursor{lock::Revision{read.before.value - 1}, 0};
}

}  // namespace holdfast::service::history
