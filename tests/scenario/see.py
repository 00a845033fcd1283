"""docs/coverage.md at work, while the scenarios are played: each line of "see
it" runs and tells something, and where a row names a scenario each of its
commands and facts is said.  CASE is the casefile that tells most of the
mechanism.
"""
import re
import subprocess

MESSAGES, TEST, SEE = 3, 5, 6
PATIENCE_S = 60


def names(cell):
    return re.findall("`([^`]*)`", cell)


class Row:
    def __init__(self, cells):
        self.id, self.title = cells[0], cells[1]
        self.messages = set(names(cells[MESSAGES]))
        self.played = any("/scenario/" in n for n in names(cells[TEST]))
        self.lines = {line: "it was not tried" for line in names(cells[SEE])}

    def case(self, events):
        """The casefile of which most of the row's messages were said."""
        told = {}
        for e in events:
            if e["type"] in self.messages and e.get("subject"):
                told.setdefault(e["subject"], set()).add(e["type"])
        return max(sorted(told), key=lambda s: len(told[s]), default=None)

    def look(self, run, events):
        """At what can be seen now; what was seen once is seen."""
        for line in [n for n, wrong in self.lines.items() if wrong]:
            case = self.case(events) if "CASE" in line.split() else ""
            if case is None:
                self.lines[line] = "no casefile tells of it"
                continue
            self.lines[line] = run(line.replace("CASE", case))


class Page:
    def __init__(self, huying, path):
        self.huying, self.said = huying, set()
        with open(path, encoding="utf-8") as f:
            rows = [[c.strip() for c in line.strip().strip("|").split("|")]
                    for line in f if re.match(r"\| [A-Z][0-9]+ \|", line)]
        self.rows = [row for row in map(Row, rows) if row.lines]

    def run(self, line):
        """What is wrong with it; None: nothing."""
        try:
            done = subprocess.run([self.huying, *line.split()[1:]],
                                  capture_output=True, text=True, check=False,
                                  timeout=PATIENCE_S,
                                  stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return "it does not come to an end"
        if done.returncode != 0:
            return f"exit {done.returncode}: {done.stderr.strip()}"
        return None if done.stdout.strip() else "it prints nothing"

    def look(self, events):
        """Before the installation with these EVENTS goes."""
        self.said |= {e["type"] for e in events}
        for row in self.rows:
            row.look(self.run, events)

    def tell(self):
        for row in self.rows:
            wrong = [f"nobody said {m}"
                     for m in sorted(row.messages - self.said)
                     if row.played]
            wrong += [f"{n}: {w}" for n, w in row.lines.items() if w]
            print(f"{'not ok' if wrong else 'ok'} {row.id}: {row.title}")
            for w in wrong:
                print(f"  {w}")
        if not self.rows:
            print("not ok the page has rows")
