"""Faults of PostgreSQL and its disks."""
import os
import signal
import time

import process
import sql
from fault import Fault, stopped


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


class Failover(Fault):
    """The primary is cut off from its standby, lives on for a moment, and
    dies; the standby is promoted.  A synchronous one may lose nothing that
    was acknowledged: commits wait in vain, and are cancelled here, which
    makes them visible but not safe.  What an asynchronous one has lost must
    be announced by a higher epoch."""
    away = True

    def inject(self):
        w = self.world
        self.sync = self.args["how"] == "sync"
        self.cancelled = 0
        w.net.cut("pg2", "pg", "both")
        self.head = 0

    def tick(self):
        """The primary's last moments, alone."""
        w = self.world
        try:
            if self.sync:
                self.cancelled += len(w.sql.ask(
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
                    "WHERE wait_event = 'SyncRep'", 1.0))
            self.head = int(w.sql.one("SELECT journal.head()", 1.0))
        except sql.Away:
            pass

    def heal(self):
        w = self.world
        pids = w.pg.pids()
        w.pg.process.revive = False
        w.pg.signal_all(signal.SIGKILL)
        dead = w.pg.gone(pids)
        w.promote()
        w.net.heal("pg2", "pg", "both")
        found = int(w.sql.one("SELECT journal.head()"))
        self.effect = dead and (self.cancelled > 0 if self.sync
                                else found < self.head)
