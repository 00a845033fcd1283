#!/usr/bin/python3
"""make chaos: the real processes, a seeded schedule of faults, a verdict.

As root it uses namespaces, loop disks and a fake clock; where the machine
does not allow one of them, the faults that need it are skipped, and said to
be.  See tests/chaos/README.md.
"""
import argparse
import os
import random
import signal
import sys
import tempfile

import disk
import faults
import net
import plan
import report
import run
import world

# Events to be acknowledged, events a second of each publisher in Python and of
# the one in C, seconds under faults at most (but each kind comes once).
FORMS = {
    "long": (1_000_000, (200, 200), 900, 1700),
    "short": (5_000, (100, 100), 150, 60),
    "selftest": (10**9, (200, 200), 0, 12),
}


def options():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--form", choices=FORMS, default="long")
    p.add_argument("--seed", type=int, default=0, help="0: another each time")
    p.add_argument("--tree", default=world.ROOT)
    p.add_argument("--mode", default="chaos", help="build to run")
    p.add_argument("--seconds", type=float, help="of faults")
    p.add_argument("--target", type=int, help="events to be acknowledged")
    p.add_argument("--only", default="", help="kinds of faults, with commas")
    p.add_argument("--sql", default="", help="file run over the schema")
    p.add_argument("--out", default=os.path.join(world.ROOT, "build"))
    p.add_argument("--quiet", action="store_true")
    return p.parse_args()


def abilities(mode):
    """{what: bool, what.why: why not} of this machine and this build."""
    able = {"points": mode == "chaos",
            "points.why": "this build has no crash points (MODE=chaos)",
            "faketime": bool(faults.library()),
            "faketime.why": "faketime is not installed"}
    with tempfile.TemporaryDirectory() as d:
        for name, why in (("net", net.possible()), ("disk", disk.possible(d))):
            able[name] = not why
            able[name + ".why"] = why
    return able


def acts(o, seed, able):
    target, rates, burst, seconds = FORMS[o.form]
    only = [k for k in o.only.split(",") if k]
    kinds = plan.possible(able, only)
    if kinds:
        yield run.Act("storm", plan.rounds(seed, o.form, able, kinds),
                      len(kinds), o.seconds or seconds, o.target or target,
                      rates, burst, "")
    for how in ("sync", "async"):
        if able["net"] and (not only or "failover." + how in only):
            yield run.Act("failover-" + how, plan.failover(seed, how), 1, 0,
                          0, rates, 0, how)


def skipped(able):
    """{kind: why}"""
    out = plan.skipped(able)
    if not able["net"]:
        out["failover.sync"] = out["failover.async"] = able["net.why"]
    return out


def main():
    o = options()
    for sig in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, lambda *_: sys.exit(143))
    seed = o.seed or random.SystemRandom().randint(1, 10**6)
    able = abilities(o.mode)
    for kind, why in skipped(able).items():
        print(f"skipped: {kind}: {why}")
    done = []
    for act in acts(o, seed, able):
        r = run.Run(act, seed, o, able)
        done.append((r, r.go()))
    whole = report.Report(seed, done, skipped(able))
    whole.write(o.out)
    whole.table()
    sys.exit(0 if whole.passed else 1)


if __name__ == "__main__":
    main()
