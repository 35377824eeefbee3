#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// The lock rules once more, as plainly as design.md section 3 says them: everything in vectors that are
// searched from the front, every question answered by looking at all of it. It shares no code with src/lock,
// so that a mistake must be made twice to be missed. Times and durations are milliseconds.
//
// What the rules fix, the model predicts to the letter: the outcome of each command. Where they leave an
// order open (which of two leases that end at once ends first, which of two keys is looked at first) it
// accepts what happened if it was allowed, and then says whether anything that had to happen did not.

namespace holdfast::model {

using Time = std::int64_t;
inline constexpr Time kForever = INT64_MAX;

struct Item {
  std::string key;
  bool shared = false;
  std::string group;  // of a shared item; "" and "read" are one
  std::uint32_t permits = 1;
  std::uint32_t limit = 0;
};

// Whether they are the same but for the key.
bool same(const Item& a, const Item& b);

struct Ask {
  std::vector<Item> items;
  int lease = 0;  // 0: none given
  bool lease_given = false;
  Time ttl = 30'000;  // -1: no expiry
  Time wait = 0;      // -1: no deadline
  Time claim = 0;
  Time reattach = 0;
  bool return_held = false;
  std::string alias;  // "": a native client
  bool extends = false;
  bool once = false;    // is refused when the alias holds all that just so
  std::string request;  // "": none
  std::string body;     // what a repeated request must ask again
};

struct Hold {
  std::string key;
  int lease = 0;
  Item shape;
  std::uint64_t token = 0;
  std::string request;
  Time cap = kForever;  // of its own
};

// What a registered key says; zero and empty say nothing.
struct Rules {
  std::uint32_t limit = 0;
  std::vector<std::string> groups;
  Time lock_delay = 0;
  Time max_hold = 0;
  Time max_ttl = 0;
  Time max_wait = 0;
  bool single = false;
  friend bool operator==(const Rules&, const Rules&) = default;
};

// A hold that was taken from a shared lease.
struct Loss {
  int lease = 0;
  std::string key;
  std::uint64_t token = 0;
  std::string how;
};

struct Break {
  std::string key;
  int lease = 0;            // or
  std::uint64_t token = 0;  // or
  int waiter = 0;           // names what is broken
  bool now = false;
  std::string request;
  std::string body;
};

struct Lease {
  int id = 0;
  Time ttl = 0;
  Time expires = kForever;
  bool shared = false;
  bool unclaimed = false;
  std::string request;
  Time reattach = 0;
  std::string alias;
};

struct Place {
  Item item;
  bool converts = false;
  bool relies = false;
};

struct Waiter {
  int id = 0;
  Ask ask;
  std::vector<Place> places;
  Time since = 0;
  Time attached_since = 0;
  Time deadline = kForever;
  Time detached_until = kForever;
  Time due() const { return deadline < detached_until ? deadline : detached_until; }
};

struct Remembered {
  enum class Kind { waiting, granted, opened, refused, gone, released, done };
  Kind kind = Kind::waiting;
  std::string body;
  int lease = 0;
  std::string code;               // refused
  std::vector<std::string> keys;  // released, done
  std::optional<Time> ended_at;
};

// What a phase of a batch does and says, one line each.
struct Lines {
  std::vector<std::string> events;
  std::vector<std::string> to_waiters;
  std::string reply;  // of a command
};

class Model {
 public:
  void begin_batch(Time now, bool tick);

  // Each does the command and says what must have happened.
  Lines acquire(const Ask& ask);
  Lines poll(const Ask& ask);  // of one key
  Lines acquire_each(const std::vector<std::string>& keys, const std::string& alias, Time ttl);
  Lines release_each(const std::vector<std::pair<std::string, std::uint64_t>>& holds,
                     const std::string& alias);
  Lines open(Time ttl, const std::string& request, const std::string& body);
  Lines renew(int lease, std::optional<Time> ttl);
  Lines release(int lease, const std::vector<std::string>& keys, Time keep_for, const std::string& request,
                const std::string& body);
  Lines cancel(const std::string& request);
  Lines detach(int waiter);
  Lines abandon(int lease, const std::vector<std::string>& keys, Time reattach);
  Lines take_over();
  // `replaces`: whatever the key is registered as; else it must not be registered.
  Lines enregister(const std::string& key, const Rules& rules, bool replaces, const std::string& request,
                   const std::string& body);
  Lines unregister(const std::string& key);
  Lines break_in(const Break& command);
  Lines request_release(const std::string& key);

  // Each does what is said to have happened, if it may happen now; else none.
  std::optional<Lines> lease_expires(int lease);
  std::optional<Lines> lease_capped(int lease);
  std::optional<Lines> hold_capped(int lease, const std::string& key);
  std::optional<Lines> wait_runs_out(int waiter);
  std::optional<Lines> key_opens(const std::string& key);
  std::optional<Lines> grant(int waiter);
  std::optional<Lines> loses_its_ground(int waiter);

  // The earliest deadline of all.
  Time next_due() const;
  // The first waiter that could be granted, or whose ground is lost at the head of a queue; 0: none.
  int unsettled() const;

  int leases() const { return last_lease_; }
  int waiters() const { return last_waiter_; }
  // The first lease that holds the key under this alias, or under any; 0: there is none.
  int aliased(const std::string& key, const std::string& alias) const;
  // What is said of a lease that is named by an alias and is not there.
  Lines no_alias(const std::string& key) const;
  // The token of what the lease holds of the key; 0: nothing.
  std::uint64_t token(int lease, const std::string& key) const;

 private:
  struct Need {
    Item item;
    bool converts = false;
    bool relies = false;
    bool weaker = false;
    bool now = false;
  };

  // state.cc: looking things up and changing them
  void begin_entry();
  const Hold* held(int lease, const std::string& key) const;
  std::vector<const Hold*> holders(const std::string& key) const;
  std::vector<int> queue(const std::string& key) const;
  const Place* place_of(const Waiter& waiter, const std::string& key) const;
  std::optional<std::uint32_t> limit_in_use(const std::string& key) const;
  bool closed(const std::string& key) const { return closed_.contains(key); }
  bool compatible(const Item& item, int own_lease) const;
  bool fits(const Waiter& waiter, const Place& place) const;
  bool grantable(const Waiter& waiter) const;
  bool lost_ground(const Waiter& waiter) const;
  std::vector<int> blockers(int lease, int waiter) const;
  bool closes_a_circle(int lease, const std::vector<Need>& needs) const;
  Waiter* waiter(int id);
  Lease* lease(int id);
  void end_wait(int id, const std::string& how, Lines& lines);
  void end_lease(int id, const std::string& how, Time keep_for, Lines& lines);
  void end_holds(int id, const std::vector<std::string>& keys, const std::string& how, Time keep_for,
                 Lines& lines);
  void drop_hold(int lease, const std::string& key, Time closed_until);
  void forget_if_done(const std::string& request);
  // rules.cc: what settings, breaks and wishes add
  Rules rules(const std::string& key) const;
  // The smallest of `value` and what the rules of the keys say; -1 is more than everything.
  Time at_most(Time value, const std::vector<std::string>& keys, Time Rules::*most) const;
  std::optional<std::string> refused_by_rules(const Ask& ask, const Item& item) const;
  std::optional<std::string> not_together(const std::vector<Need>& needs) const;
  Time lease_end(const Lease& lease) const;
  Time hold_end(const Hold& hold) const;
  // Until when a hold that ends so keeps its key closed; `end`: what a broken one counts from.
  Time closed_after(const std::string& key, const std::string& how, Time keep_for, Time end) const;
  std::string broken(const Hold& hold, Time end) const;
  Lines break_wait(const Break& command);
  Lines break_hold(const Break& command, const Hold& hold);
  void lose(int lease, const std::string& key, const std::string& how);
  void drop_wish_if_done(const std::string& key);
  std::string news(const Lease& lease) const;
  std::vector<std::string> keys_of(int lease) const;
  bool fit(const std::string& key, std::uint32_t limit) const;
  void end_waits_on(int lease, const std::vector<std::string>& keys, Lines& lines);
  void remember(const std::string& request, const std::string& body, const std::vector<std::string>& keys,
                Lines& lines);

  // `capped`: whether a new hold gets the cap of its key.
  std::string put_hold(int lease, const Item& item, const std::string& request, std::uint64_t token,
                       bool capped);
  std::string told(const Lease& lease, const std::vector<Item>& items, Time waited, Time queued) const;
  std::string left(Time expires) const;
  static Time expiry(Time from, Time ttl);

  // The lease of the alias that holds just what is asked; 0: there is none.
  int same_alias(const Ask& ask) const;

  // model.cc: deciding
  std::optional<std::string> refusal(const Ask& ask, Need& need) const;
  Lines repeat(const Ask& ask);
  void grant_now(const Ask& ask, const std::vector<Need>& needs, Lines& lines);
  void wait(const Ask& ask, const std::vector<Need>& needs, Lines& lines);
  std::optional<Lines> repeated(const std::string& request, const std::string& body);

  Time now_ = 0;
  bool begun_ = false;
  std::uint64_t next_token_ = 1;
  int last_lease_ = 0;
  int last_waiter_ = 0;
  std::vector<Hold> holds_;
  std::vector<Lease> leases_;
  std::vector<Waiter> waiters_;  // in the order of their coming
  std::map<std::string, Time> closed_;
  std::map<std::string, Rules> rules_;
  std::vector<Loss> lost_;                       // the newest last
  std::map<std::string, std::uint64_t> wishes_;  // of holds with smaller tokens
  std::map<std::string, Remembered> requests_;
};

}  // namespace holdfast::model
