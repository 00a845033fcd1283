"""Limits: I9, from the journal's facts and the rows of run.deadline."""
import datetime

import msgpack

LATE_S = 30.0
ENDS = ("deadline.overdue", "deadline.lapsed")


def seconds(text):
    return datetime.datetime.fromisoformat(text).timestamp()


class Limits:
    def __init__(self, e, v):
        self.e, self.v = e, v
        self.jumps = []     # (from, to) of the sandbox's clock
        self.fired = {}     # (service, thing, limit, due) -> at
        self.warned = set()
        self.late_max = 0.0
        self.calm = [(a, b) for a, b in e.about["rounds"] if a and b]

    def take(self, row):
        if row.type == "clock.advanced":
            data = msgpack.unpackb(row.envelope)["data"]
            self.jumps.append((seconds(data["from"]), seconds(data["to"])))
        elif row.type.startswith("deadline."):
            self.fire(row, msgpack.unpackb(row.envelope)["data"])

    def fire(self, row, data):
        at, due = row.at / 1e6, seconds(data["due_at"])
        key = (row.source[1:], data["thing"], data["limit"], due)
        if row.type not in ENDS:
            if key in self.warned:
                self.v.fault("I9", "deadline_twice", f"{row.seq} {key}")
            self.warned.add(key)
            return
        if key in self.fired:
            self.v.fault("I9", "deadline_twice", f"{row.seq} {key}")
        self.fired[key] = at
        # Times of messages have whole seconds or milliseconds.
        if at < due - 0.001:
            self.v.fault("I9", "deadline_early", f"{row.seq} {key} by "
                         f"{due - at:.3f} s")
        late = self.late(due, at)
        self.late_max = max(self.late_max, late)
        if late > LATE_S:
            self.v.fault("I9", "deadline_late", f"{row.seq} {key} by "
                         f"{late:.1f} s")

    def late(self, due, at):
        """Seconds that it was late, but for those that the clock jumped over
        and those while a fault was going on."""
        spans = sorted((max(a, due), min(b, at)) for a, b in
                       self.jumps + self.calm if a < at and b > due)
        late, reached = at - due, due
        for a, b in spans:
            if b > reached:
                late -= b - max(a, reached)
                reached = b
        return late

    def rows(self):
        """The table must tell the same as the journal."""
        ends = {k[:3] for k in self.fired}
        for service, thing, name, state, _, due, met, _, _ in \
                self.e.tsv("deadline"):
            due = float(due)
            key = (service, thing, name, due)
            near = [k for k in (key, (service, thing, name, round(due, 3)))
                    if k in self.fired]
            if state == "cancelled" and near and met != "\\N" and \
                    float(met) < self.fired[near[0]]:
                self.v.fault("I9", "deadline_cancelled", f"{key} fired")
            if state == "fired" and key[:3] not in ends:
                self.v.fault("I9", "deadline_silent", f"{key} said nothing")
            if state == "armed" and due < self.e.now - LATE_S:
                self.v.fault("I9", "deadline_missed", f"{key} never fired")


def check(e, v):
    x = Limits(e, v)
    for row in e.rows():
        x.take(row)
    x.rows()
    v.figures["deadlines"] = len(x.fired)
    v.figures["deadline_late_s_max"] = round(x.late_max, 1)
