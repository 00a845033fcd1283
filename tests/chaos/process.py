"""Processes of a run, each known by its pid, and who starts them again."""
import ctypes
import os
import signal
import subprocess
import time

RESTART_S = 0.1
RESTART_MAX_S = 5.0
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    """In the child: nobody outlives the program that runs the faults."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def state_of(pid):
    """One letter of /proc/PID/stat; empty when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def children_of(pid):
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="ascii",
                      errors="replace") as f:
                if int(f.read().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(name))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def tell(pid, sig):
    """False when it is not there any more."""
    try:
        os.kill(pid, sig)
        return True
    except ProcessLookupError:
        return False


class Process:
    """One program that is started again whenever it ends, until stop()."""

    def __init__(self, name, argv, env, log, ready=None, revive=True):
        self.name, self.argv, self.env = name, argv, env
        self.log, self.ready_word, self.revive = log, ready, revive
        self.popen = None
        self.deaths = []      # (monotonic, return code) of each end
        self.started = 0.0
        self.ready_at = None
        self.wait = RESTART_S
        self.due = None
        self.extra = {}       # environment of the next life alone
        self.samples = []     # (monotonic, rss KiB, open files)

    @property
    def pid(self):
        return self.popen.pid if self.popen else None

    def alive(self):
        return self.popen is not None and self.popen.poll() is None

    def start(self):
        out = open(self.log, "ab")
        self.log_from = out.tell()
        self.popen = subprocess.Popen(
            self.argv, env={**self.env, **self.extra},
            stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            preexec_fn=die_with_parent)
        out.close()
        self.started = time.monotonic()
        self.ready_at = None if self.ready_word else self.started
        self.due = None
        self.extra = {}

    def look(self):
        """To be called often: notices readiness and death, starts again.
        Seconds it took to be ready, the moment it is; else None."""
        now = time.monotonic()
        if self.alive():
            if self.ready_at is None and self.said(self.ready_word):
                self.ready_at = now
                return now - self.started
            return None
        if self.popen is not None and self.due is None:
            self.deaths.append((now, self.popen.returncode))
            lived = now - self.started
            self.wait = (RESTART_S if lived > RESTART_MAX_S else
                         min(self.wait * 2, RESTART_MAX_S))
            self.due = now + self.wait
        if self.revive and self.due is not None and now >= self.due:
            self.start()
        return None

    def said(self, word):
        """Whether this life has written WORD into its log."""
        with open(self.log, "rb") as f:
            f.seek(self.log_from)
            return word.encode() in f.read()

    def ready(self):
        return self.alive() and self.ready_at is not None

    def send(self, sig):
        return self.alive() and tell(self.pid, sig)

    def sample(self):
        try:
            with open(f"/proc/{self.pid}/statm", encoding="ascii") as f:
                rss = int(f.read().split()[1]) * 4
            fds = len(os.listdir(f"/proc/{self.pid}/fd"))
        except (FileNotFoundError, ProcessLookupError, PermissionError,
                IndexError):
            return
        self.samples.append((time.monotonic(), rss, fds))

    def stop(self, sig=signal.SIGTERM, patience=10.0):
        """For good.  True when it ended by itself."""
        self.revive = False
        if not self.alive():
            return True
        tell(self.pid, signal.SIGCONT)
        tell(self.pid, sig)
        try:
            self.popen.wait(patience)
            return True
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait(10)
            return False
