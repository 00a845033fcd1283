#!/usr/bin/python3
"""Compares what clients were told with what the journal and the services hold.

    checker.py DIR      judges a dump again, as it was kept of a failed run

Pure over the files of one dump.  Each verdict names the promise that it is
about (I1 to I15 of the architecture); a run that proves nothing, because a
fault did not take effect or too little was acknowledged, has not passed.
"""
import sys

import check_acks
import check_effects
import check_limits
import check_order
import check_rest
import evidence

PROMISES = {
    "I1": "acknowledged is in the journal, byte for byte",
    "I2": "nothing in the journal that nobody published",
    "I3": "one row per source and id, one seq for all repeats",
    "I4": "every event has its effect exactly once",
    "I5": "one order, the same for every reader",
    "I6": "cursors move over contiguous events; what is parked is listed",
    "I7": "state is the fold of the journal",
    "I8": "only legal transitions",
    "I9": "limits: once, never early, bounded lateness, never after cancel",
    "I10": "refused is not stored",
    "I11": "no personal data outside the vault",
    "I12": "the journal is append only, its chain verifies",
    "I13": "memory and descriptors are bounded, nobody falls by himself",
    "I14": "after healing everything drains without a person",
    "I15": "poison blocks its own casefile alone",
}


class Verdict:
    """Faults found, by promise; figures; what leaves the run unproven."""

    def __init__(self):
        self.found = {}      # promise -> [what]
        self.counts = {}     # (promise, name) -> number
        self.figures = {}
        self.unproven = []

    def fault(self, promise, name, what):
        """One breach; NAME is its kind: lost, phantom ..."""
        key = (promise, name)
        self.counts[key] = self.counts.get(key, 0) + 1
        if self.counts[key] <= 5:
            self.found.setdefault(promise, []).append(f"{name}: {what}")

    def faults(self, promise, name, many):
        for what in many:
            self.fault(promise, name, what)

    def count(self, *names):
        return sum(n for (_, name), n in self.counts.items() if name in names)

    def broken(self):
        return sorted({p for p, _ in self.counts}, key=lambda p: int(p[1:]))

    @property
    def passed(self):
        return not self.counts and not self.unproven


def journal_is_doubled(v):
    return v.count("duplicate", "key_disagrees") > 0


def agree(e, v):
    """SQL and Python must have found the same."""
    mine = {"lost": v.count("lost", "altered"),
            "phantom": v.figures["phantom_clients"],
            "duplicate": v.count("duplicate"),
            "refused_but_stored": v.count("refused_but_stored")}
    for name, n in mine.items():
        other = e.about["second"].get(name)
        # With doubled keys there is no one row to compare with.
        if other != n and not journal_is_doubled(v):
            v.unproven.append(f"{name}: {n} say the histories, {other} says "
                              "the database")
    if e.about["second"].get("effect_missing") and \
            not v.count("effect_missing", "unprocessed"):
        v.unproven.append("effect_missing: only the database says so")
    if e.about["second"].get("dense"):
        v.fault("I5", "order_break", "seq is not dense")


def check(place):
    e = evidence.Evidence(place)
    v = Verdict()
    journal = evidence.Journal(e)
    if journal.head == 0:
        v.unproven.append("the journal could not be read, or is empty")
        return v
    check_acks.check(e, journal, v)
    check_order.check(e, journal, v)
    check_effects.check(e, journal, v)
    check_limits.check(e, v)
    check_rest.check(e, v)
    agree(e, v)
    v.unproven += [f"took no effect: {m}" for m in e.about["missed"]]
    if v.figures["acknowledged"] < e.about["least"]:
        v.unproven.append(f"only {v.figures['acknowledged']} acknowledged")
    return v


def main():
    v = check(sys.argv[1])
    for promise in v.broken():
        print(f"{promise} broken: {PROMISES[promise]}")
        for what in v.found[promise]:
            print(f"    {what}")
    for what in v.unproven:
        print("unproven:", what)
    print("passed" if v.passed else "failed", v.figures)
    sys.exit(0 if v.passed else 1)


if __name__ == "__main__":
    main()
