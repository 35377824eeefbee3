#pragma once

#include <ostream>
#include <vector>

#include <rapidcheck.h>

// Random command sequences over few keys, leases and request ids, so that everything collides. A step is
// plain numbers, which shrink to 0, the simplest choice; what they mean depends on what there is when it is
// taken.

namespace holdfast::lock::testing {

struct Step {
  int verb = 0;     // what is asked
  int pause = 0;    // how much time passes before; 0: it joins the batch before
  int keys = 0;     // a set of keys
  int mode = 0;     // of them
  int lease = 0;    // 0: none
  int request = 0;  // 0: none
  int first = 0;    // the durations of the verb
  int second = 0;
};

using Steps = std::vector<Step>;

inline std::ostream& operator<<(std::ostream& out, const Step& s) {
  return out << '{' << s.verb << ',' << s.pause << ',' << s.keys << ',' << s.mode << ',' << s.lease << ','
             << s.request << ',' << s.first << ',' << s.second << '}';
}

inline rc::Gen<Step> any_step() {
  const auto below = [](int end) { return rc::gen::inRange(0, end); };
  return rc::gen::build<Step>(rc::gen::set(&Step::verb, below(47)), rc::gen::set(&Step::pause, below(12)),
                              rc::gen::set(&Step::keys, below(14)), rc::gen::set(&Step::mode, below(12)),
                              rc::gen::set(&Step::lease, below(8)), rc::gen::set(&Step::request, below(9)),
                              rc::gen::set(&Step::first, below(6)), rc::gen::set(&Step::second, below(5)));
}

inline rc::Gen<Steps> any_steps() {
  return rc::gen::container<Steps>(any_step());
}

}  // namespace holdfast::lock::testing
