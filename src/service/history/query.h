#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lock/event_view.h"
#include "service/history/reader.h"

// What people ask of history: a row for each event and key, newest first, page by page.

namespace holdfast::service::history {

// Where a page begins: with this key of this event, or with what is older. Revision 0: with the newest.
struct Cursor {
  lock::Revision revision;
  std::size_t key = 0;
  friend bool operator==(const Cursor&, const Cursor&) = default;
};
std::string to_text(const Cursor& cursor);
std::optional<Cursor> parse_cursor(std::string_view text);

// What is empty or none says nothing.
struct Query {
  std::string key;
  std::string prefix;
  std::string owner;
  lock::LeaseId lease;
  std::optional<lock::EventKind> kind;
  lock::Revision since;  // only what came after
  Cursor from;
  std::size_t limit = 100;
};

struct Row {
  std::uint64_t incarnation = 0;
  lock::EventView event;  // with the key of this row alone, or without keys
};

// How many events one page looks at; then it ends, with fewer rows than asked for if need be.
inline constexpr std::size_t kMostEventsPerPage = 50'000;

// Gathers a page from the events that read_backward() visits.
class PageMaker {
 public:
  explicit PageMaker(Query query) : query_(std::move(query)) {}

  // The revision to read before.
  lock::Revision begins_before() const;
  bool visit(std::uint64_t incarnation, const lock::EventView& event);
  std::vector<Row>& rows() { return rows_; }
  // Where the next page begins; none when this was the last.
  std::optional<Cursor> next(const Backward& read) const;

 private:
  bool wants(const lock::EventView& event) const;
  bool wants(const lock::EventKey& key) const;
  bool full() const;

  const Query query_;
  std::vector<Row> rows_;
  std::size_t bytes_ = 0;
  bool complete_ = false;  // nothing older is wanted
  std::optional<Cursor> next_;
};

}  // namespace holdfast::service::history
