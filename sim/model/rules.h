#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

// The rules of the journal protocol that the model can do without, one at a time, to show what each is for.

namespace holdfast::model {

enum class Rule : std::uint8_t {
  head_compared,
  chain_compared,
  empty_read_proves_nothing,
  same_bytes_again,
  refusal_looked_up,
  mine_by_append_id,
  trimmed_is_unknown,
  lost_is_unknown,
  refused_drops_state,
  learnt_is_not_durable,
  takeover_first,
  answer_after_durable,
  read_barrier,
  snapshot_of_durable,
  pointer_by_compare,
  pointer_before_trim,
  floor_before_trim,
  rewind_noticed,
};

struct RuleText {
  Rule rule;
  std::string_view name;
  std::string_view without;  // what is done where the rule is off
};

inline constexpr std::array kRules = {
    RuleText{Rule::head_compared, "head_compared", "an append succeeds where its slot is free"},
    RuleText{Rule::chain_compared, "chain_compared", "the head is compared by its sequence alone"},
    RuleText{Rule::empty_read_proves_nothing, "empty_read_proves_nothing",
             "an unknown append is called failed when its position reads as free"},
    RuleText{Rule::same_bytes_again, "same_bytes_again",
             "an unknown append is repeated with other bytes under the same id"},
    RuleText{Rule::refusal_looked_up, "refusal_looked_up", "a refused repeat is called failed"},
    RuleText{Rule::mine_by_append_id, "mine_by_append_id", "an entry is mine when it bears my name"},
    RuleText{Rule::trimmed_is_unknown, "trimmed_is_unknown",
             "an unknown append is called failed when its position was trimmed"},
    RuleText{Rule::lost_is_unknown, "lost_is_unknown",
             "an unknown append is called failed when another's entry is seen at its position"},
    RuleText{Rule::refused_drops_state, "refused_drops_state",
             "a keeper that lost a position goes on from its own state"},
    RuleText{Rule::learnt_is_not_durable, "learnt_is_not_durable",
             "an own entry found by reading is answered for at once"},
    RuleText{Rule::takeover_first, "takeover_first",
             "a new keeper answers before its takeover entry is acknowledged"},
    RuleText{Rule::answer_after_durable, "answer_after_durable", "answers do not wait for their entry"},
    RuleText{Rule::read_barrier, "read_barrier", "a read is answered from memory"},
    RuleText{Rule::snapshot_of_durable, "snapshot_of_durable", "a snapshot holds what is still in flight"},
    RuleText{Rule::pointer_by_compare, "pointer_by_compare", "the snapshot pointer moves without a compare"},
    RuleText{Rule::pointer_before_trim, "pointer_before_trim",
             "the floor is raised to a snapshot that the pointer does not name yet"},
    RuleText{Rule::floor_before_trim, "floor_before_trim", "entries are deleted before the floor is raised"},
    RuleText{Rule::rewind_noticed, "rewind_noticed", "an engine with another history is taken for the same"},
};

// All rules, or all but one.
class Rules {
 public:
  Rules() = default;
  static Rules all_but(Rule rule) {
    Rules rules;
    rules.off_ = rule;
    return rules;
  }
  bool on(Rule rule) const { return off_ != rule; }

 private:
  std::optional<Rule> off_;
};

}  // namespace holdfast::model
