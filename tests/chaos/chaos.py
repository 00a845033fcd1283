#!/usr/bin/python3
"""make chaos: the real processes, a seeded schedule of faults, a verdict.

Run as root it uses namespaces, loop disks and a fake clock; where the machine
does not allow one of them, the faults that need it are skipped, and said to
be.  See tests/chaos/README.md.
"""
import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time

import checker
import disk
import dump
import faults
import net
import plan
import report
import sql
import world

FORMS = {
    # target: events to be acknowledged; rates: of each publisher, a second;
    # rounds: at least so many; seconds: not longer, but all kinds once.
    "long": {"target": 1_000_000, "rates": (450, 450), "seconds": 1700},
    "short": {"target": 5_000, "rates": (150, 150), "seconds": 75},
    "selftest": {"target": 3_000, "rates": (200, 200), "seconds": 12},
}
DRAIN_S = 120     # longer is a failure of I14
LIVE_S = 30


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
    able = {"points": mode == "chaos",
            "points.why": "this build has no crash points (MODE=chaos)",
            "faketime": bool(faults.library()),
            "faketime.why": "faketime is not installed"}
    with tempfile.TemporaryDirectory() as d:
        for name, why in (("net", net.possible()), ("disk", disk.possible(d))):
            able[name] = not why
            able[name + ".why"] = why
    return able


class Run:
    def __init__(self, o, able):
        self.o, self.able = o, able
        self.form = dict(FORMS[o.form])
        if o.seconds is not None:
            self.form["seconds"] = o.seconds
        if o.target is not None:
            self.form["target"] = o.target
        self.counts = {}
        self.missed = []      # faults that did not take effect
        self.drained_s = []
        self.rounds = []      # (sandbox time before, after) of each
        self.samples = None
        self.sampled = 0.0

    def say(self, text):
        if not self.o.quiet:
            print(f"{time.monotonic() - self.began:7.1f} s  {text}",
                  flush=True)

    # -- load ------------------------------------------------------------
    def start_load(self):
        w = self.world
        for n, rate in enumerate(self.form["rates"]):
            w.client(f"pub{n}", "publisher.py", f"pub{n}", str(rate),
                     w.history(f"pub{n}"))
        w.client("desk", "desk.py", w.history("desk"))
        w.client("log0", "reader.py", "log", w.history("log0"))
        w.client("log1", "reader.py", "log", w.history("log1"), "command.",
                 "deadline.", "casefile.")
        w.client("live0", "reader.py", "live", w.history("live0"))

    def acknowledged(self):
        total = 0
        for n in range(len(self.form["rates"])):
            try:
                with open(self.world.history(f"pub{n}.count"),
                          encoding="ascii") as f:
                    total += int(f.read().split()[0])
            except (FileNotFoundError, IndexError, ValueError):
                pass
        return total

    # -- time ------------------------------------------------------------
    def turn(self, seconds=0.02):
        """Looks after everything for a moment."""
        self.world.tick()
        now = time.monotonic()
        if now - self.sampled >= 1.0:
            self.sampled = now
            self.world.sample()
            self.look()
        time.sleep(seconds)

    def look(self):
        """Where all cursors are, once a second; they must never go back."""
        try:
            line = self.world.sql.one(
                "SELECT journal.head(), string_agg(service || ':' || slot || "
                "':' || seq, ' ' ORDER BY service, slot) FROM run.cursor", 1.0)
        except sql.Away:
            return
        self.samples.write(line.replace("|", " ") + "\n")

    def ask(self, query, default=None):
        try:
            return self.world.sql.one(query)
        except sql.Away:
            return default

    def now(self):
        """Sandbox time in seconds, when the database tells it."""
        value = self.ask("SELECT extract(epoch FROM run.now())")
        return float(value) if value else None

    # -- faults ----------------------------------------------------------
    def one_round(self, number, r):
        w = self.world
        began = self.now()
        todo = []
        zero = time.monotonic()
        live = [faults.TABLE[f.kind](w, f.args) for f in r.faults]
        for f, x in zip(r.faults, live):
            todo.append((f.offset, 0, f, x))
            todo.append((f.offset + f.hold, 1, f, x))
        todo.sort(key=lambda t: t[:2])
        self.say(f"{number:3d}  " + ", ".join(
            f"{f.kind} {' '.join(str(v) for v in f.args.values())}"
            f"{f' {f.hold:.1f} s' if f.hold else ''}" for f in r.faults))
        active = []
        for at, what, f, x in todo:
            while time.monotonic() < zero + at:
                self.turn()
                for y in active:
                    getattr(y, "tick", lambda: None)()
            if what == 0:
                x.inject()
                w.cloud()
                active.append(x)
            else:
                x.heal()
                active.remove(x)
                w.cloud(0.5 if x.away else 0)
        self.settle(number, began)
        for f, x in zip(r.faults, live):
            if x.took_effect():
                self.counts[f.kind] = self.counts.get(f.kind, 0) + 1
            else:
                self.missed.append(f"{f.kind} {f.args} of round {number}")
                self.say(f"     {f.kind} did not take effect")

    def settle(self, number, began):
        """After the healing: how long until all that waited is done."""
        healed = time.monotonic()
        head = None
        while time.monotonic() - healed < DRAIN_S:
            self.turn()
            if head is None:
                head = self.ask("SELECT journal.head()")
            elif self.ask(f"SELECT min(seq) >= {head} AND journal.head() > "
                          f"{head} FROM run.cursor") == "t" and \
                    self.world.all_ready():
                break
        else:
            self.stuck.append(f"round {number} did not drain in {DRAIN_S} s")
        self.drained_s.append(time.monotonic() - healed)
        self.rounds.append((began, self.now()))

    def storm(self):
        """Rounds until there is enough of everything."""
        only = [k for k in self.o.only.split(",") if k]
        kinds = len(plan.KINDS) - len(plan.skipped(self.able))
        least = len(only) or kinds
        for number, r in enumerate(
                plan.rounds(self.seed, self.o.form, self.able, only), 1):
            self.one_round(number, r)
            calm = time.monotonic() + r.gap
            while time.monotonic() < calm:
                self.turn()
            if self.stuck or (number >= least and self.enough()):
                return

    def enough(self):
        """Of everything: acknowledged events and time under faults."""
        spent = time.monotonic() - self.stormed
        if self.o.form == "selftest":
            return spent > self.form["seconds"]
        return (self.acknowledged() >= self.form["target"] or
                spent > self.form["seconds"])

    # -- the end ---------------------------------------------------------
    def calm_down(self):
        """No more faults and nothing new: everything must come to an end."""
        w = self.world
        w.net.heal_all()
        for name, p in w.clients.items():
            if name.startswith("pub"):
                p.revive = False
                p.send(signal.SIGTERM)
        self.until("the publishers hear of all they sent", lambda: not any(
            p.alive() for n, p in w.clients.items() if n.startswith("pub")))
        self.until("every service has done everything", self.quiet)
        w.clients["desk"].stop()
        self.until("every service has done everything", self.quiet)
        head = int(self.ask("SELECT journal.head()") or 0)
        self.until("the readers of the log reach the head",
                   lambda: self.read(w.history("log0")) >= head)
        for name in ("log0", "log1", "live0"):
            w.clients[name].stop()

    def quiet(self):
        return self.ask("SELECT run.quiet()") == "t"

    @staticmethod
    def read(path):
        """The last seq in a reader's file."""
        with open(path, "rb") as f:
            f.seek(max(0, os.path.getsize(path) - 4096))
            for line in reversed(f.read().splitlines()):
                word = line.split(b" ")[0]
                if word.isdigit():
                    return int(word)
        return 0

    def least(self):
        """Less than this acknowledged proves nothing."""
        return min(self.form["target"], 1000)

    def until(self, what, done):
        end = time.monotonic() + DRAIN_S
        while not done():
            if time.monotonic() > end:
                self.stuck.append(f"not within {DRAIN_S} s: {what}")
                return
            self.turn(0.05)

    def go(self):
        self.began = time.monotonic()
        self.seed = self.o.seed or random.SystemRandom().randint(1, 10**6)
        self.stuck = []
        self.place = os.path.join(self.o.out, "chaos", str(self.seed))
        shutil.rmtree(self.place, ignore_errors=True)
        work = tempfile.mkdtemp(prefix="huying-chaos.")
        os.rmdir(work)
        self.world = world.World(work, self.o.tree, self.o.mode, self.seed,
                                 self.able)
        try:
            self.world.open()
            if self.o.sql:
                self.world.psql(self.world.admin, "-f", self.o.sql)
            self.samples = open(self.world.history("samples"), "w",
                                encoding="ascii", buffering=1)
            self.start_load()
            self.say(f"seed {self.seed}, all is up")
            self.stormed = time.monotonic()
            self.storm()
            self.say("no more faults")
            self.calm_down()
            self.say("checking")
            verdict = checker.check(dump.take(self))
        finally:
            self.world.close()
        self.keep(verdict)
        self.world.remove()
        return verdict

    def keep(self, verdict):
        """The histories of a run that failed stay."""
        if verdict.passed:
            return
        os.makedirs(os.path.dirname(self.place), exist_ok=True)
        for d in ("data", "wal", "s", "keys"):
            shutil.rmtree(os.path.join(self.world.work, d),
                          ignore_errors=True)
            if os.path.exists(os.path.join(self.world.work, d + ".img")):
                os.unlink(os.path.join(self.world.work, d + ".img"))
        shutil.move(self.world.work, self.place)


def main():
    o = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    able = abilities(o.mode)
    for kind, why in plan.skipped(able).items():
        print(f"skipped: {kind}: {why}")
    run = Run(o, able)
    verdict = run.go()
    figures = report.figures(run, verdict)
    os.makedirs(o.out, exist_ok=True)
    with open(os.path.join(o.out, "chaos.json"), "w", encoding="ascii") as f:
        json.dump(figures, f, indent=1)
        f.write("\n")
    report.table(run, verdict, figures)
    with open(os.path.join(o.out, "verdict.json"), "w",
              encoding="ascii") as f:
        json.dump({"passed": verdict.passed, "broken": verdict.broken(),
                   "unproven": verdict.unproven}, f)
    sys.exit(0 if verdict.passed else 1)


if __name__ == "__main__":
    main()
