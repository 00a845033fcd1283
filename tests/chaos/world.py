"""Everything that runs: cluster, bus, services, clients; made and unmade."""
import os
import shutil
import signal
import subprocess
import sys
import time

import cluster
import disk
import events
import net
import process
import sql

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SERVICES = ("intake", "dispatcher", "enforcement", "mediation", "scoring")
CLIENTS = ("pub0", "pub1", "burst0", "desk", "log0", "log1", "live0")
START = "2026-03-18T08:00+08:00"
PORTS = {"publish": 7401, "live": 7402, "log": 7403, "ring": 7404}
DATA_MIB, WAL_MIB = 16384, 1024


class World:
    """One installation in WORK, built from TREE's build/MODE.  ABLE says
    what this machine lets us do: {"net": bool, "disk": bool}.  STANDBY is
    empty, sync or async."""

    def __init__(self, work, tree, mode, seed, able, standby=""):
        self.standby = standby
        self.work, self.tree, self.seed, self.able = work, tree, seed, able
        self.bin = os.path.join(tree, "build", mode, "bin")
        self.sockets = os.path.join(work, "s")
        self.logs = os.path.join(work, "log")
        self.histories = os.path.join(work, "history")
        self.keys = os.path.join(work, "keys")
        self.processes = {}   # name -> Process, bus and services
        self.clients = {}
        self.past = []        # further instances that are gone
        self.dropped = []     # of these, where a person saw to it
        self.poisoned = []    # casefiles with an event that none can digest
        self.disks = {}
        self.ready_s = []     # seconds of each restart of ours
        self.pg_ready_s = []
        self.clouded = 0.0    # until then a restart is not ours to judge
        self.net = None
        self.pg = None        # who is the primary now
        self.clusters = []
        self.sql = None

    # -- making ----------------------------------------------------------
    def open(self):
        os.makedirs(self.work)
        os.chmod(self.work, 0o755)
        for d in (self.sockets, self.logs, self.histories, self.keys):
            os.mkdir(d)
        self.net = net.Net(self.able["net"], os.getpid())
        self.make_disks()
        self.make_cluster()
        self.make_schema()
        self.start_all()

    def make_disks(self):
        if self.able["disk"]:
            for name, mib in (("data", DATA_MIB), ("wal", WAL_MIB)):
                self.disks[name] = disk.Disk(
                    os.path.join(self.work, name), mib)
                self.disks[name].open()

    def cluster(self, name, host, data, wal):
        c = cluster.Cluster(
            name, data, wal, os.path.join(self.work, "s-" + name),
            os.path.join(self.logs, name + ".log"), self.net, host,
            net.HOSTS[host] if self.net.made else None)
        self.clusters.append(c)
        return c

    def make_cluster(self):
        self.pg = self.cluster(
            "postgres", "pg", os.path.join(self.work, "data", "pg"),
            os.path.join(self.work, "wal", "pg") if self.disks else None)
        if not self.disks:
            self.pg.own(os.path.join(self.work, "data"))
        for d in self.disks.values():
            os.chmod(d.path, 0o755)
        self.pg.init()
        self.pg.start()
        self.use(self.pg)
        if self.standby:
            self.make_standby()

    def use(self, pg):
        """PG is the primary from now on."""
        if self.sql is not None:
            self.sql.close()
        self.pg = pg
        self.admin = f"host={pg.sockets} user=huying dbname=huying"
        self.sql = sql.Sql(self.admin)

    def make_standby(self):
        c = self.cluster("standby", "pg2", os.path.join(self.work, "pg2"),
                         None)
        c.copy(self.pg)
        c.start()
        if self.standby == "sync":
            base = f"host={self.pg.sockets} user=huying dbname=postgres"
            self.psql(base, "-c", "ALTER SYSTEM SET "
                      "synchronous_standby_names = 'ANY 1 (*)'")
            self.psql(base, "-c", "SELECT pg_reload_conf()")

    def promote(self):
        """The standby takes over."""
        c = self.clusters[1]
        c.promote()
        self.use(c)

    def psql(self, dsn, *argv):
        return subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", dsn, *argv],
            capture_output=True, text=True, check=True).stdout

    def huying(self, *argv, check=True):
        """The tool, on this installation; what it printed."""
        done = subprocess.run(
            [os.path.join(self.bin, "huying"), *argv], env=self.env(),
            capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"huying {' '.join(argv)}: {done.stdout}"
                               f"{done.stderr}")
        return done

    def make_schema(self):
        base = f"host={self.pg.sockets} user=huying dbname=postgres"
        self.psql(base, "-c", "CREATE DATABASE huying")
        self.huying("migrate")
        self.psql(self.admin, "-f",
                  os.path.join(self.tree, "deploy/db/roles.sql"))
        self.psql(self.admin, "-c", "UPDATE run.clock SET sandbox = true")
        self.huying("clock", "set", START)
        self.make_keys()
        self.huying("pack", "load",
                    os.path.join(self.tree, "deploy/packs/tonglu"))
        self.huying("clock", "run")
        if self.net.made:
            self.make_access()

    def make_access(self):
        """Over TCP everybody has a key; the bus has one, too."""
        self.huying("key", "bus", "--out", self.key("bus"))
        for who in SERVICES:
            self.huying("key", "new", who, "--live", "--ring", "--out",
                        self.key(who))
        for who in CLIENTS:
            self.huying("key", "new", who, "--publish", "*", "--read", "*",
                        "--live", "--source", "/chaos", "--rate", "100000",
                        "--out", self.key(who))

    def key(self, name):
        return os.path.join(self.keys, f"curve-{name}.key")

    def tcp(self, name, *doors):
        """Settings of a peer of the bus: where it is, and who we are."""
        if not self.net.made:
            return {}
        at = net.HOSTS["bus"]
        return {"HUYING_KEY": self.key(name),
                **{f"HUYING_{d.upper()}": f"tcp://{at}:{PORTS[d]}"
                   for d in doors}}

    def make_keys(self):
        """As huying up makes them: a line of hex each."""
        import ctypes
        sodium = ctypes.CDLL("libsodium.so.23")
        public, secret = (ctypes.create_string_buffer(32) for _ in "12")
        sodium.sodium_init()
        sodium.crypto_box_keypair(public, secret)
        for name, raw in (("intake.pub", public.raw),
                          ("intake.key", secret.raw),
                          ("vault.key", os.urandom(32))):
            path = os.path.join(self.keys, name)
            with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w",
                      encoding="ascii") as f:
                f.write(raw.hex() + "\n")

    def env(self, **more):
        keep = {k: os.environ[k] for k in ("PATH", "HOME", "LANG")
                if k in os.environ}
        return {**keep, "HUYING_DB": self.admin, "HUYING_RUN": self.sockets,
                "HUYING_INTAKE_KEY": f"{self.keys}/intake.key",
                "HUYING_INTAKE_PUBLIC_KEY": f"{self.keys}/intake.pub",
                "HUYING_VAULT_KEY": f"{self.keys}/vault.key",
                "CHAOS_SEED": str(self.seed), **more}

    def dsn(self, who):
        hosts = ",".join(c.address or c.sockets for c in self.clusters)
        more = " target_session_attrs=read-write" if self.standby else ""
        return f"host={hosts} dbname=huying user=huying_{who}{more}"

    # -- starting --------------------------------------------------------
    def service(self, who, name=None):
        """A process of service WHO, under another name when it is one more
        instance."""
        name = name or who
        more = self.tcp(who, "live", "ring")
        if who == "bus" and self.net.made:
            more = {"HUYING_TCP": net.HOSTS["bus"],
                    "HUYING_BUS_KEY": self.key("bus")}
        p = process.Process(
            name, self.net.inside("bus" if who == "bus" else "svc") +
            [os.path.join(self.bin, who)],
            self.env(HUYING_DB=self.dsn(who), **more),
            os.path.join(self.logs, name + ".log"), "service.started")
        p.who = who
        self.processes[name] = p
        p.start()
        return p

    def start_all(self):
        for who in ("bus", *SERVICES):
            self.service(who)
        self.await_ready(30)

    def await_ready(self, patience):
        until = time.monotonic() + patience
        while not self.all_ready():
            self.tick()
            if time.monotonic() > until:
                late = [n for n, p in self.processes.items() if not p.ready()]
                raise RuntimeError(f"not ready: {' '.join(late)}")
            time.sleep(0.02)

    def client(self, name, *argv):
        """A client in Python or in C, started again when it is killed."""
        command = list(argv)
        if command[0].endswith(".py"):
            command = [sys.executable, os.path.join(HERE, command[0]),
                       *command[1:]]
        p = process.Process(
            name, self.net.inside("cli") + command,
            self.env(**self.tcp(name, "publish", "log", "live")),
            os.path.join(self.logs, name + ".log"))
        self.clients[name] = p
        p.start()
        return p

    def history(self, name):
        return os.path.join(self.histories, name)

    # -- looking ---------------------------------------------------------
    def all_ready(self):
        return all(p.ready() for p in self.processes.values())

    def tick(self):
        """Looks after every process."""
        for c in self.clusters:
            took = c.process.look()
            if took is not None:
                self.pg_ready_s.append(took)
                self.clouded = time.monotonic()
        for p in list(self.processes.values()):
            took = p.look()
            if took is not None and p.started > self.clouded:
                self.ready_s.append((took, p.name))
        for p in list(self.clients.values()):
            p.look()

    def cloud(self, seconds=0.0):
        """Restarts from before now + SECONDS may have had no database."""
        self.clouded = max(self.clouded, time.monotonic() + seconds)

    def sample(self):
        for p in (*self.processes.values(), *self.clients.values()):
            if p.alive():
                p.sample()

    def poison(self, serial):
        """A task.sign without its fields, past the bus; then a good one."""
        number = f"330122-26-{events.FAKE + 10**10 + serial}"
        for n, data in enumerate(({"task": 5}, {"task": number + "/T1",
                                                "unit": events.BOARD})):
            e = events.Event(events.envelope(
                "harness", f"{self.seed}-poison-{serial}-{n}", "task.sign",
                data, subject=number))
            try:
                self.sql.ask(
                    "SELECT journal.append(ARRAY['/chaos/harness'], ARRAY["
                    f"'{e.id}'], ARRAY['task.sign'], ARRAY['{number}'], "
                    f"ARRAY[''], ARRAY['\\x{e.digest}'::bytea], "
                    f"ARRAY['\\x{e.bytes.hex()}'::bytea])")
            except sql.Away:
                return False
        self.poisoned.append(number)
        return True

    def drop_poison(self):
        """A person sees to every other one: what waited behind is taken."""
        for number in self.poisoned[1::2]:
            seq = self.sql.one("SELECT min(seq) FROM run.parked WHERE "
                               f"service = 'dispatcher' AND casefile = "
                               f"'{number}'")
            self.huying("parked", "drop", "dispatcher", seq, "--reason",
                        "poison", check=False)
            self.dropped.append(number)

    # -- ending ----------------------------------------------------------
    def close(self):
        """Everything that was begun ends, whatever happened before."""
        for p in (*self.clients.values(), *self.processes.values()):
            p.revive = False
            if p.alive():
                p.send(signal.SIGCONT)
                p.send(signal.SIGKILL)
                p.popen.wait()
        if self.sql is not None:
            self.sql.close()
        for c in self.clusters:
            pids = c.pids()
            c.process.revive = False
            c.signal_all(signal.SIGKILL)
            if pids:
                c.gone(pids)
        for d in self.disks.values():
            try:
                d.close()
            except RuntimeError as e:
                print(f"chaos: {e}", file=sys.stderr)
        if self.net is not None:
            self.net.close()

    def remove(self):
        shutil.rmtree(self.work, ignore_errors=True)
