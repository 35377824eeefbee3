"""What a suite said at its end, and the one line that is made of all."""

import collections

from suites import FIELDS

SKIPPED = 77


class Outcome:
    """Of one suite. `code` None: it did not end in its time."""

    def __init__(self, suite, code, text):
        self.suite = suite
        self.skipped = code == SKIPPED
        self.figures, self.lines = collections.Counter(), []
        self.reasons = []
        self._read(text)
        if self.skipped:
            self.lines += [line for line in text.splitlines() if "SKIPPED" in line]
            return
        if code is None:
            self.reasons.append("did not end in its time")
        elif code != 0:
            self.reasons.append(f"exit {code}")
        if not self.lines:
            self.reasons.append("said nothing at its end")
        for name in [name for name in self.figures if name.startswith("of_")]:
            if self.figures[name.removeprefix("of_")] != self.figures[name]:
                self.reasons.append(f"{self.figures[name.removeprefix('of_')]} of {self.figures[name]}")

    def _read(self, text):
        for pattern in self.suite.lines:
            for match in pattern.finditer(text):
                self.lines.append(text[match.start():].splitlines()[0])
                for name, value in match.groupdict().items():
                    digits = value.replace(",", "")
                    self.figures[name] += float(digits) if "." in digits else int(digits)

    @property
    def violations(self):
        """What was counted, and at least one where something else went wrong."""
        return max(self.figures["violations"], 1 if self.reasons else 0)

    def told(self):
        return self.lines or [f"{self.suite.name}: no closing line"]


def reliability_line(outcomes):
    """A field that no suite told is a dash: the suite is not here, was skipped, or failed before its end."""
    total, expected = collections.Counter(), collections.Counter()
    for outcome in outcomes:
        for name, value in outcome.figures.items():
            (expected if name.startswith("of_") else total)[name.removeprefix("of_")] += value
    told = {name for outcome in outcomes for name in outcome.figures}
    fields = [f"{name}={describe(name, total, expected) if name in told else '-'}" for name in FIELDS]
    violations = sum(outcome.violations for outcome in outcomes)
    return f"RELIABILITY {' '.join(fields)} violations={violations}"


def describe(name, total, expected):
    value = total[name]
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    return f"{text}/{expected[name]}" if name in expected else text
