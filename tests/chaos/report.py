"""A calm table, build/chaos.json, and what the self-test reads."""
import json
import os

import checker

DEADLINES = ("deadline_early", "deadline_twice", "deadline_late",
             "deadline_cancelled", "deadline_silent", "deadline_missed")
SUMS = ("duplicate_acks", "refused", "unknown_answers", "other_bodies",
        "announced", "facts", "effects", "casefiles", "deadlines", "canaries")


class Report:
    """All acts of one seed: (run, verdict) of each."""

    def __init__(self, seed, done, skipped):
        self.seed, self.done, self.skipped = seed, done, skipped
        self.passed = bool(done) and all(v.passed for _, v in done)

    def count(self, *names):
        return sum(v.count(*names) for _, v in self.done)

    def total(self, name):
        return sum(v.figures.get(name, 0) for _, v in self.done)

    def most(self, what):
        return round(max((x for r, _ in self.done for x in what(r)),
                         default=0), 2)

    def faults(self):
        counts = dict.fromkeys(self.skipped, 0)
        for r, _ in self.done:
            for kind, n in r.counts.items():
                counts[kind] = counts.get(kind, 0) + n
        counts["publish.late"] = self.total("duplicate_acks")
        counts["publish.other_body"] = self.total("other_bodies")
        return dict(sorted(counts.items()))

    def figures(self):
        return {
            "seed": self.seed,
            "attempted": self.total("attempted"),
            "acknowledged": self.total("acknowledged"),
            "unknown": self.total("unknown"),
            "lost": self.count("lost", "altered", "cut_off"),
            "phantom": self.count("phantom"),
            "duplicate_rows": self.count("duplicate", "key_disagrees",
                                         "two_seqs"),
            "duplicate_effects": self.count("effect_twice", "other_state"),
            "order_breaks": self.count("order_break", "missing",
                                       "seq_disagrees", "cursor_back",
                                       "hole_hidden"),
            "deadlines_wrong": self.count(*DEADLINES),
            "restart_ready_s_max": self.most(
                lambda r: [s for s, _ in r.world.ready_s]),
            "drained_s_max": self.most(lambda r: r.drained_s),
            "faults": self.faults(),
        }

    def write(self, out):
        os.makedirs(out, exist_ok=True)
        with open(os.path.join(out, "chaos.json"), "w",
                  encoding="ascii") as f:
            json.dump(self.figures(), f, indent=1)
            f.write("\n")
        with open(os.path.join(out, "verdict.json"), "w",
                  encoding="ascii") as f:
            json.dump({"passed": self.passed,
                       "broken": sorted({p for _, v in self.done
                                         for p in v.broken()}),
                       "unproven": [u for _, v in self.done
                                    for u in v.unproven]}, f)

    def table(self):
        f = self.figures()
        print()
        for kind, n in f["faults"].items():
            print(f"  {kind:22s} {n:10,d}"
                  f"{'  skipped' if kind in self.skipped else ''}")
        print()
        for name, n in f.items():
            if isinstance(n, (int, float)) and name != "seed":
                print(f"  {name:22s} {n:10,}")
        print()
        for name in SUMS:
            print(f"  {name:22s} {self.total(name):10,d}")
        print(f"  {'postgres_ready_s_max':22s} "
              f"{self.most(lambda r: r.world.pg_ready_s):10,}")
        late = max((v.figures.get("deadline_late_s_max", 0)
                    for _, v in self.done), default=0)
        print(f"  {'deadline_late_s_max':22s} {late:10,}")
        self.memory()
        print()
        for r, v in self.done:
            self.verdict(r, v)

    def memory(self):
        most = {}
        for _, v in self.done:
            for name, kib in v.figures.get("rss_kib_max", {}).items():
                most[name] = max(most.get(name, 0), kib // 1024)
        print(f"  {'rss_mib_max':22s} " + ", ".join(
            f"{k} {n}" for k, n in sorted(most.items())
            if not k.startswith(("pub", "log", "live", "desk"))))

    def verdict(self, r, v):
        for promise in v.broken():
            print(f"  {promise} BROKEN: {checker.PROMISES[promise]}")
            for what in v.found[promise]:
                print(f"      {what}")
        for what in v.unproven:
            print(f"  unproven: {what}")
        if v.passed:
            print(f"{r.act.name}: passed, seed {self.seed}")
        else:
            print(f"{r.act.name}: FAILED, seed {self.seed}; the same schedule "
                  f"again: make chaos SEED={self.seed}; dump, histories and "
                  f"logs: {os.path.relpath(r.place)}")
