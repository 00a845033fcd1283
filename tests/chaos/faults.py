"""The faults: how each is injected and healed, and whether it took effect."""
import glob
import os
import signal
import time

import process
import sql


class Fault:
    """inject(); HOLD seconds later heal(); then took_effect()."""

    away = False   # does it take the database away from the services?

    def __init__(self, world, args):
        self.world, self.args = world, args
        self.effect = False

    def inject(self):
        raise NotImplementedError

    def heal(self):
        """What the world does not do by itself."""

    def took_effect(self):
        return self.effect


def stopped(pid):
    """A signal takes a moment."""
    until = time.monotonic() + 0.5
    while process.state_of(pid) != "T" and time.monotonic() < until:
        time.sleep(0.005)
    return process.state_of(pid) == "T"


def died(p, before, code):
    """Whether P has died by CODE since it had BEFORE deaths."""
    return any(c == code for _, c in p.deaths[before:])


class Kill(Fault):
    def victims(self):
        return [self.world.processes[self.args["who"]]]

    def inject(self):
        self.hit = [(p, len(p.deaths)) for p in self.victims() if p.alive()]
        for p, _ in self.hit:
            p.send(signal.SIGKILL)

    def took_effect(self):
        return bool(self.hit) and all(died(p, n, -signal.SIGKILL)
                                      for p, n in self.hit)


class KillAll(Kill):
    def victims(self):
        return list(self.world.processes.values())


def pick(world, share, kinds):
    names = sorted(n for n in world.clients if n.startswith(kinds))
    return world.clients[names[int(share * len(names))]]


class KillClient(Kill):
    def victims(self):
        return [pick(self.world, self.args["pick"],
                     ("pub", "desk", "log", "live"))]


class Stop(Fault):
    def victim(self):
        return self.world.processes[self.args["who"]]

    def inject(self):
        p = self.victim()
        self.pid = p.pid
        self.effect = p.send(signal.SIGSTOP) and stopped(self.pid)

    def heal(self):
        process.tell(self.pid, signal.SIGCONT)


class StopReader(Stop):
    def victim(self):
        return pick(self.world, self.args["pick"], ("log", "live"))


class CrashPoint(Fault):
    """The process is started anew with orders to kill itself at a point."""

    def inject(self):
        self.p = self.world.processes[self.args["who"]]
        self.n = len(self.p.deaths)
        self.p.extra = {"CRASH_AT":
                        f"{self.args['point']}:{self.args['n']}"}
        self.p.send(signal.SIGKILL)
        if self.args["point"] == "deadline_fired":
            self.world.huying("clock", "advance", "45m", check=False)

    def heal(self):
        """A point that was not reached: it must not wait for another day."""
        self.effect = len([c for _, c in self.p.deaths[self.n:]
                           if c == -signal.SIGKILL]) >= 2
        if not self.effect:
            self.p.extra = {}
            self.p.send(signal.SIGKILL)


def backends(world):
    """Process ids of the services' connections."""
    return [int(x) for x in world.sql.ask(
        "SELECT pid FROM pg_stat_activity WHERE usename LIKE 'huying_%' "
        "ORDER BY usename, pid")]


class Backend(Fault):
    def inject(self):
        pids = backends(self.world)
        if not pids:
            return
        self.pid = pids[int(self.args["pick"] * len(pids))]
        self.act()

    def act(self):
        raise NotImplementedError


class KillBackend(Backend):
    """The postmaster then ends all the others, and recovers."""
    away = True

    def act(self):
        process.tell(self.pid, signal.SIGKILL)

    def took_effect(self):
        return process.state_of(self.pid) in ("", "Z")


class EndBackend(Backend):
    def act(self):
        self.effect = self.world.sql.one(
            f"SELECT pg_terminate_backend({self.pid})") == "t"


class StopBackend(Backend):
    def act(self):
        self.effect = process.tell(self.pid, signal.SIGSTOP) and \
            stopped(self.pid)

    def heal(self):
        if self.effect:
            process.tell(self.pid, signal.SIGCONT)


class KillPostgres(Fault):
    """Postmaster and children at once; started again at the healing."""
    away = True

    def inject(self):
        pg = self.world.pg
        pg.process.revive = False
        pids = pg.pids()
        pg.signal_all(signal.SIGKILL)
        self.effect = pg.gone(pids)

    def heal(self):
        self.world.pg.process.revive = True


class RestartPostgres(Fault):
    away = True

    def inject(self):
        pg = self.world.pg
        self.n = len(pg.process.deaths)
        pg.process.revive = False
        pg.process.send(signal.SIGINT if self.args["how"] == "fast"
                        else signal.SIGQUIT)

    def heal(self):
        pg = self.world.pg
        until = time.monotonic() + 20
        while pg.process.alive() and time.monotonic() < until:
            time.sleep(0.02)
        self.effect = not pg.process.alive()
        pg.process.revive = True


class StopPostgres(Fault):
    away = True

    def inject(self):
        self.pids = self.world.pg.pids()
        for pid in self.pids:
            process.tell(pid, signal.SIGSTOP)
        self.effect = stopped(self.pids[0])

    def heal(self):
        for pid in self.world.pg.pids():
            process.tell(pid, signal.SIGCONT)


def log_size(world):
    return os.path.getsize(world.pg.process.log)


def log_says(world, since, word):
    with open(world.pg.process.log, "rb") as f:
        f.seek(since)
        return word.encode() in f.read()


class FullData(Fault):
    """No block left for tables.  What needs one is refused, and PostgreSQL
    goes on."""
    away = True

    def inject(self):
        self.since = log_size(self.world)
        self.full = self.world.disks["data"].fill()

    def heal(self):
        until = time.monotonic() + 8
        # A table takes a new block soon, not at once.
        while not self.said() and time.monotonic() < until:
            time.sleep(0.1)
        self.effect = self.full and self.said()
        self.world.disks["data"].unfill()

    def said(self):
        return log_says(self.world, self.since, "No space left on device")


class FullWal(FullData):
    """No block left for the log of changes: PostgreSQL panics, and cannot
    start until there is room."""

    def inject(self):
        self.since = log_size(self.world)
        self.full = self.world.disks["wal"].fill()
        try:
            # Segments that wait to be used again would last for a while.
            for _ in range(40):
                self.world.sql.ask("SELECT pg_switch_wal() FROM "
                                   "pg_logical_emit_message(false, 'chaos',"
                                   " 'x')", 1.0)
        except sql.Away:
            pass

    def heal(self):
        until = time.monotonic() + 8
        while not self.said() and time.monotonic() < until:
            self.world.pg.process.look()
            time.sleep(0.1)
        self.effect = self.full and self.said()
        self.world.disks["wal"].unfill()


class PowerLoss(Fault):
    """Both disks go at the same moment; then all of PostgreSQL; then power
    comes back."""
    away = True

    def inject(self):
        w, pg = self.world, self.world.pg
        w.sql.close()
        pg.process.revive = False
        pids = pg.pids()
        for name in ("wal", "data"):
            w.disks[name].cut()
        pg.signal_all(signal.SIGKILL)
        self.effect = pg.gone(pids)

    def heal(self):
        for d in self.world.disks.values():
            d.close()
            d.open()
        self.world.pg.process.revive = True


class CutLink(Fault):
    def inject(self):
        here, there = self.args["ends"]
        self.away = there == "pg"
        self.world.net.cut(here, there, self.args["mode"])

    def heal(self):
        here, there = self.args["ends"]
        self.effect = self.world.net.heal(here, there, self.args["mode"]) > 0


class Flap(CutLink):
    """On and off, at least four times."""

    def inject(self):
        super().inject()
        self.on = True
        self.packets = 0
        self.next = time.monotonic() + 0.7

    def tick(self):
        """Called all the time while it holds."""
        here, there = self.args["ends"]
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + 0.7
        if self.on:
            self.packets += self.world.net.heal(here, there,
                                                self.args["mode"])
        else:
            self.world.net.cut(here, there, self.args["mode"])
        self.on = not self.on

    def heal(self):
        if self.on:
            super().heal()
            self.packets += self.effect
        self.effect = self.packets > 0


class ClockForward(Fault):
    """The sandbox's clock jumps; limits run out by the hundred."""

    def inject(self):
        was = self.world.huying("clock", check=False).stdout
        done = self.world.huying("clock", "advance",
                                 f"{self.args['minutes']}m", check=False)
        self.effect = done.returncode == 0 and was != done.stdout


def library():
    """libfaketime; empty when it is not installed."""
    return next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), "")


class ClockSkew(Fault):
    """A process that believes in another time of day."""

    def inject(self):
        self.p = self.world.processes[self.args["who"]]
        self.n = len(self.p.deaths)
        # Not by the wrapper: it would stand between us and the process.
        self.p.extra = {"LD_PRELOAD": library(),
                        "FAKETIME": self.args["offset"],
                        "DONT_FAKE_MONOTONIC": "1"}
        self.p.send(signal.SIGKILL)

    def heal(self):
        """Back to the time of everybody else."""
        maps = f"/proc/{self.p.pid}/maps"
        self.effect = self.p.alive() and os.path.exists(maps) and \
            "libfaketime" in open(maps, encoding="utf-8").read()
        self.p.send(signal.SIGKILL)


class Instances(Fault):
    """More instances of a service come, and are killed again."""

    def inject(self):
        self.more = []
        for n in range(self.args["n"]):
            name = f"{self.args['who']}.{n + 2}"
            p = self.world.processes.pop(name, None)
            if p is not None and p.alive():
                p.send(signal.SIGKILL)
                p.popen.wait()
            self.more.append(self.world.service(self.args["who"], name))

    def heal(self):
        self.effect = all(p.ready_at for p in self.more)
        for p in self.more:
            p.revive = False
            p.send(signal.SIGKILL)
            p.popen.wait()
            self.world.processes.pop(p.name)
            self.world.past.append(p)


class Poison(Fault):
    """An event that no service can digest, past the bus; then a good one for
    the same casefile.  Both are to be parked, nothing else is."""

    def inject(self):
        self.effect = self.world.poison(self.args["serial"])


TABLE = {
    "kill.bus": Kill, "kill.service": Kill, "kill.all": KillAll,
    "kill.client": KillClient, "stop.bus": Stop, "stop.service": Stop,
    "crash.point": CrashPoint, "backend.kill": KillBackend,
    "backend.end": EndBackend, "backend.stop": StopBackend,
    "postgres.kill": KillPostgres, "postgres.restart": RestartPostgres,
    "postgres.stop": StopPostgres, "disk.data": FullData,
    "disk.wal": FullWal, "power.loss": PowerLoss, "link.cut": CutLink,
    "link.flap": Flap, "clock.forward": ClockForward,
    "clock.skew": ClockSkew, "instances": Instances,
    "reader.stop": StopReader, "poison": Poison,
}
