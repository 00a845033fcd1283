"""Faults of processes, clocks and events; and the table of all."""
import glob
import os
import signal

from faults_net import CutLink, Flap
from faults_pg import (EndBackend, Failover, FullData, FullWal, KillBackend,
                       KillPostgres, PowerLoss, RestartPostgres, StopBackend,
                       StopPostgres)
import process
from fault import Fault, stopped


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
                     ("pub", "burst", "desk", "log", "live"))]


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

    def done(self):
        return len([c for _, c in self.p.deaths[self.n:]
                    if c == -signal.SIGKILL]) >= 2

    def heal(self):
        """A point that was not reached: it must not wait for another day."""
        self.effect = self.done()
        if not self.effect:
            self.p.extra = {}
            self.p.send(signal.SIGKILL)


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
    "failover.sync": Failover, "failover.async": Failover,
}
