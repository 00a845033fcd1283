"""A calm table, and build/chaos.json."""
import os

import checker

DEADLINES = ("deadline_early", "deadline_twice", "deadline_late",
             "deadline_cancelled", "deadline_silent", "deadline_missed")


def figures(run, v):
    ready = [s for s, _ in run.world.ready_s]
    return {
        "seed": run.seed,
        "attempted": v.figures.get("attempted", 0),
        "acknowledged": v.figures.get("acknowledged", 0),
        "unknown": v.figures.get("unknown", 0),
        "lost": v.count("lost", "altered"),
        "phantom": v.count("phantom"),
        "duplicate_rows": v.count("duplicate", "key_disagrees", "two_seqs"),
        "duplicate_effects": v.count("effect_twice", "other_state"),
        "order_breaks": v.count("order_break", "missing", "seq_disagrees",
                                "cursor_back"),
        "deadlines_wrong": v.count(*DEADLINES),
        "restart_ready_s_max": round(max(ready, default=0), 2),
        "drained_s_max": round(max(run.drained_s, default=0), 2),
        "faults": dict(sorted(run.counts.items())),
    }


def table(run, v, f):
    print()
    for kind, n in f["faults"].items():
        print(f"  {kind:22s} {n:6d}")
    print()
    for name in ("attempted", "acknowledged", "unknown", "lost", "phantom",
                 "duplicate_rows", "duplicate_effects", "order_breaks",
                 "deadlines_wrong"):
        print(f"  {name:22s} {f[name]:10,d}")
    for name in ("duplicate_acks", "refused", "unknown_answers",
                 "other_bodies", "facts", "effects", "casefiles",
                 "deadlines", "canaries"):
        print(f"  {name:22s} {v.figures.get(name, 0):10,d}")
    print(f"  {'read':22s} " + ", ".join(
        f"{k} {n:,d}" for k, n in v.figures.get("read", {}).items()))
    print(f"  {'restart_ready_s_max':22s} {f['restart_ready_s_max']:10.2f}")
    print(f"  {'postgres_ready_s_max':22s} "
          f"{max(run.world.pg_ready_s, default=0):10.2f}")
    print(f"  {'drained_s_max':22s} {f['drained_s_max']:10.2f}")
    print(f"  {'deadline_late_s_max':22s} "
          f"{v.figures.get('deadline_late_s_max', 0):10.1f}")
    rss = v.figures.get("rss_kib_max", {})
    print(f"  {'rss_mib_max':22s} " + ", ".join(
        f"{k} {n // 1024}" for k, n in sorted(rss.items())
        if k in ("bus", "intake", "dispatcher", "scoring")))
    print()
    for promise in v.broken():
        print(f"  {promise} BROKEN: {checker.PROMISES[promise]}")
        for what in v.found[promise]:
            print(f"      {what}")
    for what in v.unproven:
        print(f"  unproven: {what}")
    if v.passed:
        print(f"chaos: passed, seed {run.seed}")
    else:
        print(f"chaos: FAILED, seed {run.seed}; the same schedule again: "
              f"make chaos SEED={run.seed}; histories, logs and dump: "
              f"{os.path.relpath(run.place)}")
