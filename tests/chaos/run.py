"""One act: a world, load, faults, and then calm until all has come to an end."""
import os
import shutil
import signal
import tempfile
import time
from collections import namedtuple

import checker
import dump
import faults
import sql
import world

DRAIN_S = {"long": 120, "short": 120, "selftest": 30}  # longer breaks I14

# ROUNDS of plan.py, at least LEAST of them, then until SECONDS have gone by
# or TARGET events are acknowledged; RATES of the publishers in Python, and
# BURST of the one on libhuying; STANDBY: empty, sync or async.
Act = namedtuple("Act", "name rounds least seconds target rates burst standby")


class Run:
    def __init__(self, act, seed, o, able):
        self.act, self.seed, self.o, self.able = act, seed, o, able
        self.counts = {}
        self.missed = []      # faults that did not take effect
        self.stuck = []       # what did not come to its end
        self.drained_s = []
        self.rounds = []      # (sandbox time before, after) of each
        self.samples = None
        self.sampled = 0.0
        self.began = time.monotonic()
        self.patience = DRAIN_S[o.form]
        self.place = os.path.join(o.out, "chaos", f"{seed}-{act.name}")

    def say(self, text):
        if not self.o.quiet:
            print(f"{time.monotonic() - self.began:7.1f} s  {text}",
                  flush=True)

    # -- load ------------------------------------------------------------
    def start_load(self):
        w = self.world
        for n, rate in enumerate(self.act.rates):
            w.client(f"pub{n}", "publisher.py", f"pub{n}", str(rate),
                     w.history(f"pub{n}"))
        if self.act.burst:
            w.client("burst0", os.path.join(w.bin, "../chaos/burst"),
                     "burst0", str(self.act.burst), w.history("burst0"),
                     os.path.join(w.work, "spool"))
        w.client("desk", "desk.py", w.history("desk"))
        w.client("log0", "reader.py", "log", w.history("log0"))
        w.client("log1", "reader.py", "log", w.history("log1"), "command.",
                 "deadline.", "casefile.")
        w.client("live0", "reader.py", "live", w.history("live0"))

    @staticmethod
    def publishes(name):
        return name.startswith(("pub", "burst"))

    def acknowledged(self):
        total = 0
        for name in filter(self.publishes, self.world.clients):
            try:
                with open(self.world.history(name + ".count"),
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
                "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), "
                "journal.head(), string_agg(service || ':' || slot || "
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
    def tell(self, number, r):
        self.say(f"{number:3d}  " + "; ".join(
            " ".join([f.kind, *(str(v) for k, v in f.args.items()
                                if k not in ("pick", "ends", "serial")),
                      f"{f.hold:.1f} s" if f.hold else ""]).rstrip()
            for f in r.faults))

    def hold(self, until, active):
        """Until then, or until every fault that is on has done its work."""
        while time.monotonic() < until:
            self.turn()
            for x in active:
                x.tick()
            if active and all(x.done() for x in active):
                return

    def one_round(self, number, r):
        began, zero = self.now(), time.monotonic()
        live = [faults.TABLE[f.kind](self.world, f.args) for f in r.faults]
        todo = sorted([(f.offset, 0, n) for n, f in enumerate(r.faults)] +
                      [(f.offset + f.hold, 1, n)
                       for n, f in enumerate(r.faults)])
        self.tell(number, r)
        active = []
        for at, healing, n in todo:
            self.hold(zero + at, active)
            x = live[n]
            if healing:
                x.heal()
                active.remove(x)
                self.world.cloud(0.5 if x.away else 0)
            else:
                x.inject()
                self.world.cloud()
                active.append(x)
        self.settle(number, began)
        for f, x in zip(r.faults, live):
            if x.took_effect():
                self.counts[f.kind] = self.counts.get(f.kind, 0) + 1
            else:
                self.missed.append(f"{f.kind} {f.args} of round {number}")
                self.say(f"     {f.kind} did not take effect")

    def settle(self, number, began):
        """After the healing: how long until all that waited is done."""
        healed, head = time.monotonic(), None
        while time.monotonic() - healed < self.patience:
            self.turn()
            if head is None:
                head = self.ask("SELECT journal.head()")
            elif self.world.all_ready() and self.ask(
                    f"SELECT min(seq) >= {head} AND journal.head() > {head} "
                    "FROM run.cursor") == "t":
                break
        else:
            self.stuck.append(f"round {number} did not drain in {self.patience} s")
        self.drained_s.append(time.monotonic() - healed)
        self.rounds.append((began, self.now()))

    def storm(self):
        """Rounds until there is enough of everything."""
        stormed = time.monotonic()
        for number, r in enumerate(self.act.rounds, 1):
            self.one_round(number, r)
            self.hold(time.monotonic() + r.gap, [])
            spent = time.monotonic() - stormed
            if self.stuck or (number >= self.act.least and (
                    spent > self.act.seconds or
                    self.acknowledged() >= self.act.target)):
                return

    # -- the end ---------------------------------------------------------
    def calm_down(self):
        """No more faults and nothing new: everything must come to an end."""
        w = self.world
        w.net.heal_all()
        for name, p in w.clients.items():
            if self.publishes(name):
                p.revive = False
                p.send(signal.SIGTERM)
        self.until("the publishers hear of all they sent", lambda: not any(
            p.alive() for n, p in w.clients.items() if self.publishes(n)))
        self.until("every service has done everything", self.quiet)
        w.clients["desk"].stop()
        w.drop_poison()
        self.until("every service has done everything", self.quiet)
        head = int(self.ask("SELECT journal.head()") or 0)
        self.until("the readers of the log reach the head",
                   lambda: self.read(w.history("log0")) >= head)
        self.until("the live feed is back", lambda: self.read(
            w.history("live0"), b"beat") >= head)
        for name in ("log0", "log1", "live0"):
            w.clients[name].stop()

    def quiet(self):
        return self.ask("SELECT run.quiet()") == "t"

    @staticmethod
    def read(path, word=b""):
        """The last seq in a reader's file, or the last one behind WORD."""
        with open(path, "rb") as f:
            f.seek(max(0, os.path.getsize(path) - 4096))
            for line in reversed(f.read().splitlines()):
                words = line.split()
                if word and words[:1] == [word]:
                    return int(words[1])
                if not word and words and words[0].isdigit():
                    return int(words[0])
        return 0

    def until(self, what, done):
        end = time.monotonic() + self.patience
        while not done():
            if time.monotonic() > end:
                self.stuck.append(f"not within {self.patience} s: {what}")
                return
            self.turn(0.05)

    def go(self):
        """The verdict on this act."""
        shutil.rmtree(self.place, ignore_errors=True)
        work = os.path.join(tempfile.mkdtemp(prefix="huying-chaos."), "w")
        os.chmod(os.path.dirname(work), 0o755)
        self.world = world.World(work, self.o.tree, self.o.mode, self.seed,
                                 self.able, self.act.standby)
        try:
            self.world.open()
            if self.o.sql:
                self.world.psql(self.world.admin, "-f", self.o.sql)
            self.samples = open(self.world.history("samples"), "w",
                                encoding="ascii", buffering=1)
            self.start_load()
            self.say(f"{self.act.name}: seed {self.seed}, all is up")
            self.storm()
            self.say("no more faults")
            self.calm_down()
            self.say("checking")
            place = dump.take(self)
            self.world.close()
            verdict = checker.check(place)
            self.keep(verdict.passed)
            return verdict
        finally:
            self.world.close()
            shutil.rmtree(os.path.dirname(work), ignore_errors=True)

    def keep(self, passed):
        """Dump, histories and logs of an act that failed stay."""
        if not passed:
            os.makedirs(os.path.dirname(self.place), exist_ok=True)
            shutil.move(os.path.join(self.world.work, "dump"), self.place)
