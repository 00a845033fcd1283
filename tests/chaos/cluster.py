"""A PostgreSQL cluster of the run: no wrapper, the postmaster is our child."""
import glob
import grp
import os
import pwd
import signal
import subprocess
import time

import process

SETTINGS = """
shared_buffers = 128MB
max_connections = 80
max_wal_size = 256MB
min_wal_size = 32MB
wal_keep_size = 64MB
wal_level = replica
hot_standby = on
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_line_prefix = '%m [%p] '
timezone = 'Asia/Shanghai'
"""


def bin_dir():
    return sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]


class Cluster:
    """NAME's data in DATA, its log of changes in WAL (or with the data)."""

    def __init__(self, name, data, wal, sockets, log, net, host, address):
        self.name, self.data, self.wal = name, data, wal
        self.sockets, self.net, self.host = sockets, net, host
        self.address = address
        self.bin = bin_dir()
        self.user = "postgres" if os.geteuid() == 0 else None
        argv = [f"{self.bin}/postgres", "-D", data, "-c",
                f"unix_socket_directories={sockets}", "-c",
                f"listen_addresses={address or ''}"]
        self.process = process.Process(
            name, self.net.inside(host) + self.as_user(argv),
            dict(os.environ), log, "database system is ready to accept")

    def as_user(self, argv):
        if self.user is None:
            return argv
        return ["setpriv", f"--reuid={self.user}", f"--regid={self.user}",
                "--clear-groups", "--pdeathsig=KILL", "--", *argv]

    def run(self, *argv, bare=False):
        done = subprocess.run(list(argv) if bare else
                              self.as_user(list(argv)), cwd="/",
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{argv[0]}: {done.stderr.strip()}")
        return done.stdout

    def own(self, path):
        os.makedirs(path, exist_ok=True)
        if self.user:
            os.chown(path, pwd.getpwnam(self.user).pw_uid,
                     grp.getgrnam(self.user).gr_gid)
        os.chmod(path, 0o700)

    def init(self):
        self.own(self.data)
        self.own(self.sockets)
        more = []
        if self.wal:
            self.own(self.wal)
            more = ["-X", self.wal]
        self.run(f"{self.bin}/initdb", "-D", self.data, "-U", "huying", "-A",
                 "trust", "-E", "UTF8", "--locale=C", "--data-checksums",
                 *more)
        self.append("postgresql.conf", SETTINGS)
        # Only our own bridge reaches this address.
        self.append("pg_hba.conf", "host all all 10.99.0.0/24 trust\n"
                    "host replication all 10.99.0.0/24 trust\n")
        os.sync()

    def copy(self, primary):
        """Becomes a standby of PRIMARY, which runs."""
        self.own(self.sockets)
        source = (f"host={primary.address or primary.sockets} user=huying "
                  f"application_name={self.name}")
        self.own(self.data)
        self.run(*self.net.inside(self.host), *self.as_user([
            f"{self.bin}/pg_basebackup", "-d", source, "-D", self.data, "-X",
            "stream", "-R", "-c", "fast"]), bare=True)
        self.process.ready_word = "ready to accept read-only connections"

    def promote(self):
        """Waits until it takes writes."""
        self.run(f"{self.bin}/pg_ctl", "-D", self.data, "-w", "-t", "30",
                 "promote")
        self.process.ready_word = "database system is ready to accept"

    def append(self, name, text):
        with open(os.path.join(self.data, name), "a", encoding="ascii") as f:
            f.write(text)

    def start(self, patience=60.0):
        self.process.revive = True
        self.process.start()
        until = time.monotonic() + patience
        while not self.process.ready():
            self.process.look()
            if time.monotonic() > until:
                raise RuntimeError(f"{self.name} does not start; see "
                                   f"{self.process.log}")
            time.sleep(0.02)

    def pids(self):
        """The postmaster and all its children."""
        pid = self.process.pid
        return [pid, *process.children_of(pid)] if self.process.alive() else []

    def signal_all(self, sig):
        """Children first when it kills: a postmaster that sees one die would
        already begin to recover.  How many were reached."""
        pids = self.pids()
        if sig == signal.SIGKILL and pids:
            process.tell(pids[0], signal.SIGSTOP)
            pids = self.pids()
        return sum(process.tell(p, sig) for p in reversed(pids))

    def gone(self, pids, patience=10.0):
        """Waits until none of PIDS is left."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            self.process.popen.poll()
            if not any(process.state_of(p) not in ("", "Z") for p in pids):
                return True
            time.sleep(0.01)
        return False

    def stop(self):
        for pid in self.pids():
            process.tell(pid, signal.SIGCONT)
        return self.process.stop(signal.SIGINT, 30.0)
