"""An installation that scenarios are played on: its clock, its journal."""
import datetime
import json
import os
import subprocess
import time

import story

# One file after the other moves the clock on; before the calendar's end, or
# when a file needs its own days, all begins anew.
BEGIN = datetime.datetime(2026, 2, 25, 8, 0, tzinfo=story.ZONE)
END = datetime.datetime(2026, 12, 24, 0, 0, tzinfo=story.ZONE)
QUIET_S = 60
PAUSE_S = 0.001
# What a file leaves behind is beyond the window of report.merge.
GAP = datetime.timedelta(days=2)
STEPS_MAX = 5000


class Psql:
    """One psql that stays open."""

    def __init__(self, dsn):
        self.popen = subprocess.Popen(
            ["psql", "-XAtq", dsn], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def ask(self, sql):
        self.popen.stdin.write(f"{sql};\n\\echo --end--\n")
        self.popen.stdin.flush()
        rows = []
        for line in self.popen.stdout:
            line = line.rstrip("\n")
            if line == "--end--":
                return rows
            rows.append(line)
        raise story.Wrong("the database is gone")

    def close(self):
        self.popen.stdin.close()
        self.popen.wait()


class Stage:
    def __init__(self, huying, pack, page=None):
        self.huying, self.pack, self.page = huying, pack, page
        self.sql = self.tail = None
        self.begin()

    def run(self, *words):
        return subprocess.run([self.huying, *words], capture_output=True,
                              text=True, check=False)

    def must(self, *words):
        done = self.run(*words)
        if done.returncode != 0:
            raise story.Wrong(f"huying {' '.join(words)}: {done.stderr}")
        return done.stdout

    def begin(self):
        """A fresh sandbox with the pack, at the first day."""
        self.end()
        self.must("up", "--sandbox", "--fresh")
        self.must("clock", "set", BEGIN.isoformat())
        self.must("pack", "load", self.pack)
        self.now = BEGIN
        self.events, self.seq = [], 0
        self.sql = Psql(self.env("HUYING_DB"))
        self.tail = subprocess.Popen(
            [self.huying, "tail", "--from-seq", "1", "-o", "json", "-q"],
            stdout=subprocess.PIPE, text=True)
        # In business hours and holidays of the pack alone.
        off = self.sql.ask("SELECT date::date FROM registry.calendar_day "
                           "WHERE valid_to IS NULL")
        self.odd = {datetime.date.fromisoformat(d[:10]) for d in off}

    def end(self):
        if self.sql and self.page:
            self.page.look(self.events)
        if self.sql:
            self.sql.close()
            self.tail.terminate()
            self.tail.wait()
            self.sql = self.tail = None

    def env(self, name):
        path = os.path.join(os.environ["HUYING_VAR"], "env.sh")
        with open(path, encoding="utf-8") as f:
            for line in f:
                if line.startswith(name + "="):
                    return line.strip().split("=", 1)[1].strip("'")
        raise story.Wrong(f"{path} has no {name}")

    def standing(self):
        quiet, head, wake = self.sql.ask(
            "SELECT run.quiet(), journal.head(), (SELECT extract(epoch FROM "
            "min(wake_at)) FROM run.deadline)")[0].split("|")
        return quiet == "t", int(head), float(wake) if wake else None

    def settle(self):
        """All that follows has followed; its events are in self.events."""
        until = datetime.datetime.now().timestamp() + QUIET_S
        while True:
            quiet, head, wake = self.standing()
            if quiet:
                break
            if datetime.datetime.now().timestamp() > until:
                raise story.Wrong("the services did not catch up")
            time.sleep(PAUSE_S)  # the processors are theirs
        while self.seq < head:
            line = self.tail.stdout.readline()
            if not line:
                raise story.Wrong("huying tail ended")
            event = json.loads(line)
            self.seq = int(event["sequence"])
            self.events.append(event)
        return wake

    def set_clock(self, at):
        self.sql.ask(f"SELECT run.set_clock('{at.isoformat()}')")
        self.now = at

    def go_to(self, at, stepwise=True):
        """Every limit on the way runs out at its own instant."""
        if at < self.now:
            raise story.Wrong(f"the clock only goes forward: it is {self.now}")
        wake = self.settle()
        for _ in range(STEPS_MAX):
            if not stepwise or wake is None or wake > at.timestamp():
                break
            due = datetime.datetime.fromtimestamp(wake, story.ZONE)
            self.set_clock(max(due, self.now))
            wake = self.settle()
        else:
            raise story.Wrong("limits run out without end")
        if at > self.now:
            self.set_clock(at)
            self.settle()

    def is_plain(self, first, last):
        """No holiday or odd working day from FIRST to some days past LAST."""
        day, end = first.date(), last.date() + datetime.timedelta(days=12)
        while day <= end:
            if day in self.odd:
                return False
            day += datetime.timedelta(days=1)
        return True

    def place(self, s):
        """Whole weeks by which S is moved to come next."""
        if s.fixed:
            if s.first < self.now + GAP:
                self.begin()
            return datetime.timedelta(0)
        for _ in range(2):
            weeks = max(0, -((s.first - self.now).days // 7))
            delta = datetime.timedelta(weeks=weeks)
            wants_plain = self.is_plain(s.first, s.first + s.length)
            while s.first + delta + s.length < END:
                if s.first + delta >= self.now + GAP and (
                        not wants_plain or self.is_plain(
                            s.first + delta, s.first + delta + s.length)):
                    return delta
                delta += datetime.timedelta(weeks=1)
            self.begin()
        return datetime.timedelta(0)
