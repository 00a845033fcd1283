#!/usr/bin/python3
"""The staff: FILE.  Follows the journal and answers facts with commands.

What it does about a fact is a function of that fact alone, ids included, so
that a desk that was killed does the same again: duplicates, not second
thoughts.  Some things it leaves undone: their limits run out.
"""
import csv
import functools
import json
import os
import re
import signal
import sys
import time
from datetime import date, datetime, timedelta, timezone

import msgpack

import events
import history
import peer
import tail

ROOT = os.path.join(os.path.dirname(__file__), "../..")
PACK = os.path.join(ROOT, "deploy/packs/tonglu")
SCHEMAS = os.path.join(ROOT, "schemas/published")
MATTERS = (("task", "CA-001"), ("call", "SF-008"), ("penalty", "CA-004"),
           ("mediation", "CA-001"))
CENTRE = events.BOARD
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
AGAIN_S = 1
SILENCE_S = 6


@functools.lru_cache(maxsize=None)
def fields(kind):
    """In the order of the definition: what is sent is what is stored."""
    with open(os.path.join(SCHEMAS, f"{kind}.json"), encoding="utf-8") as f:
        return list(json.load(f)["properties"])


def in_order(kind, data):
    return {name: data[name] for name in fields(kind) if name in data}


def rows(name):
    with open(os.path.join(PACK, name), encoding="utf-8") as f:
        return list(csv.DictReader(f))


class Staff:
    """Who may do what, from the pack."""

    def __init__(self):
        self.rooms = {u["division"]: u["code"] for u in rows("units.csv")
                      if u["kind"] == "command_room"}
        self.people = {}
        for o in rows("officers.csv"):
            self.people.setdefault(o["unit"], []).append(o)
        self.rosters = {}
        for r in rows("rosters.csv"):
            if r["shift"] == "08:30-08:30":
                self.rosters.setdefault(r["unit"], []).append(r)
        self.reviewer = next(o for o in rows("officers.csv")
                             if o["role"] == "legal_reviewer")
        listed = {r["item"] for r in rows("power_lists.csv")}
        self.item = next(i for i in rows("power_items.csv")
                         if i["domain_zh"] == "市容环卫" and
                         i["heavy"] == "no" and i["code"] in listed and
                         i["fine_max_fen"])

    def room(self, division):
        return self.rooms.get(division[:9], CENTRE)

    def one(self, unit, role=None):
        for o in self.people.get(unit, []):
            if role in (None, o["role"]):
                return o["id"]
        return "OF-UNKNOWN"

    def on_duty(self, unit, time):
        """By the cycles of 08:30-08:30; the day before is still on at night."""
        china = timezone(timedelta(hours=8))
        at = datetime.fromisoformat(time.replace("Z", "+00:00"))
        day = (at.astimezone(china) - timedelta(hours=8, minutes=30)).date()
        for r in self.rosters.get(unit, []):
            if r["date_rule"].startswith("cycle:"):
                n, k, d0 = re.split("[/@]", r["date_rule"][6:])
                if (day - date.fromisoformat(d0)).days % int(n) == int(k):
                    return r["officer"]
        return "OF-UNKNOWN"

    def two(self, unit):
        return [o["id"] for o in self.people.get(unit, [])
                if o["role"] == "enforcement_officer"][:2]


def path_of(number):
    """What becomes of a casefile hangs on its number."""
    return MATTERS[int(number.rsplit("-", 1)[1]) // 7 % len(MATTERS)]


def on_report(s, f, env, dice):
    if dice(10) == 0:
        return []
    return [("report.accept", {"report": f["report"],
                               "matter": path_of(f["report"])[1],
                               "unit": s.room(env["division"])})]


def on_opened(s, f, env, dice):
    number, room = f["casefile"], s.room(env["division"])
    way = path_of(number)[0]
    if way == "call":
        return [("call.raise", {
            "casefile": number, "class": "emergency", "main": "330122-D-XFD",
            "assisting": ["330122-D-GAJ"], "reason": "看得见、管不了。",
            "unit": room, "officer": s.on_duty(room, env["time"])})]
    if way == "mediation":
        return [("mediation.apply", {
            "casefile": number, "kind": "neighbour",
            "parties": [f"party-{number}-a", f"party-{number}-b"],
            "unit": room})]
    return []


def on_task(s, f, env, dice):
    task, unit = f["task"], f["unit"]
    sign = ("task.sign", {"task": task, "unit": unit})
    if path_of(env["subject"])[0] != "task":
        return []
    if dice(4) == 0:
        return [("task.urge", {"task": task, "unit": f["from"]})][dice(2):]
    which = dice(10)
    if which == 0:
        return [sign]
    if which == 1:
        return [sign, ("return.ask", {"task": task, "reason": "不属本单位。",
                                      "unit": unit})]
    if which == 2:
        return [sign, ("extension.ask", {
            "task": task, "until": later(f["finish_by"], hours=1),
            "reason": "配件未到。", "unit": unit})]
    if which == 3:
        return [sign, ("suspension.ask", {
            "task": task, "until": later(f["finish_by"], days=1),
            "reason": "需待天晴。", "unit": unit})]
    return [sign] + done(s, task, unit, f["from"])


def later(time, **how):
    """As the definition writes times: milliseconds, unless there are none."""
    at = datetime.fromisoformat(time) + timedelta(**how)
    return at.isoformat(
        timespec="milliseconds" if at.microsecond else "seconds")


def done(s, task, unit, giver):
    return [("task.submit", {"task": task, "result": "已处置。", "unit": unit,
                             "officer": s.one(unit)}),
            ("task.accept", {"task": task, "unit": giver})]


def on_return(s, f, env, dice):
    """Unanswered it becomes a dispute."""
    room = s.room(env["division"])
    return [[("return.decline", {"task": f["task"], "reason": "清单在列。",
                                 "unit": room})],
            [("return.agree", {"task": f["task"],
                               "to": env["division"][:9] + "-ZF",
                               "unit": room})],
            []][dice(3)]


def on_kept(s, f, env, dice):
    """The clock runs (on, or again): it is done after all."""
    if dice(3) == 0:
        return []
    return done(s, f["task"], f["unit"], s.room(env["division"]))


def on_dispute(s, f, env, dice):
    if f.get("holder") != CENTRE or dice(3) == 0:
        return []
    return [("dispute.designate", {"dispute": f["dispute"], "main": f["unit"],
                                   "basis": "属地清单", "unit": CENTRE})]


def on_extension(s, f, env, dice):
    room = s.room(env["division"])
    return [[("extension.grant", {"task": f["task"], "unit": room})],
            [("extension.decline", {"task": f["task"], "reason": "不急。",
                                    "unit": room})],
            []][dice(3)]


def on_suspension(s, f, env, dice):
    if dice(4) == 0:
        return []
    return [("suspension.grant", {"task": f["task"],
                                  "unit": s.room(env["division"])})]


def on_suspended(s, f, env, dice):
    """Half of them wait for their day."""
    if dice(2) == 0:
        return []
    return [("suspension.end", {"task": f["task"], "unit": f["unit"]})] + \
        done(s, f["task"], f["unit"], s.room(env["division"]))


def on_handled(s, f, env, dice):
    if dice(5) == 0:
        return []
    room = s.room(env["division"])
    look = [("casefile.verify", {"casefile": f["casefile"], "ok": True,
                                 "found": "现场已核实。", "unit": room,
                                 "officer": s.one(room)})]
    return (look if "verify_by" in f else []) + [
        ("casefile.close", {"casefile": f["casefile"], "outcome": "solved",
                            "unit": room})]


def on_callback(s, f, env, dice):
    if dice(4) == 0:
        return []
    return [("callback.record", {
        "callback": f["callback"], "contacted": True, "solved": dice(8) > 0,
        "satisfied": ("yes", "basic", "no")[dice(3)], "unit": CENTRE})]


def on_asked(s, f, env, dice):
    if dice(4) == 0:
        return []
    if f["role"] == "assisting" and dice(6) == 0:
        return [("call.refuse", {"call": f["call"], "reason": "无警力。",
                                 "unit": f["unit"]})]
    return [("call.sign", {"call": f["call"], "unit": f["unit"]}),
            # In the order of the definition: the journal's bytes are that.
            ("call.report_in", {"call": f["call"],
                                "voucher": s.one(s.room(env["division"])),
                                "unit": f["unit"],
                                "officer": s.one(f["unit"])})] + ([
            ("call.file_part", {"call": f["call"], "result": "已警戒。",
                                "unit": f["unit"]})]
            if f["role"] == "assisting" else [])


def on_gathered(s, f, env, dice):
    if dice(6) == 0:
        return []
    return [("call.submit", {"call": f["call"], "result": "险情已排除。",
                             "unit": f["main"], "officer": s.one(f["main"])})]


def on_part(s, f, env, dice):
    return on_gathered(s, {"call": f["call"], "main": "330122-D-XFD"}, env,
                       dice)


def on_refused(s, f, env, dice):
    return [("call.rule", {"call": f["call"], "about": f["unit"],
                           "ruling": ("stay", "excuse")[dice(2)],
                           "reason": "清单在列。", "unit": CENTRE})]


def on_submitted(s, f, env, dice):
    room = s.room(env["division"])
    if dice(4) == 0:
        return [("call.veto", {"call": f["call"], "reason": "仍有异味。",
                               "unit": room})]
    return [("call.release", {"call": f["call"], "unit": room})]


def on_vetoed(s, f, env, dice):
    return [("call.submit", {"call": f["call"], "result": "再次处置。",
                             "unit": "330122-D-XFD",
                             "officer": s.one("330122-D-XFD")})]


def on_released(s, f, env, dice):
    both = ("330122-D-XFD", "330122-D-GAJ")
    return [("call.grade", {"call": f["call"], "graded": u, "score": 80,
                            "unit": s.room(env["division"])})
            for u in both] + \
        [("call.grade_back", {"call": f["call"], "score": 90, "unit": u})
         for u in both if dice(2)]


def on_jurisdiction(s, f, env, dice):
    if path_of(f["casefile"])[0] != "penalty" or len(s.two(f["unit"])) < 2:
        return []
    return [("penalty.file", {
        "casefile": f["casefile"], "item": s.item["code"],
        "severity": "light", "party": f"party-{f['casefile']}",
        "party_kind": "citizen", "officers": s.two(f["unit"]),
        "unit": f["unit"]})]


def on_filed(s, f, env, dice):
    case, unit = f["penalty"], f["unit"]
    fine = int(s.item["fine_max_fen"])
    if dice(5) == 0:
        return []
    return [("penalty.add_evidence", {"penalty": case, "kind": "scene",
                                      "sha256": HASH, "officers": s.two(unit),
                                      "unit": unit}),
            ("penalty.conclude", {"penalty": case, "kind": "fine",
                                  "fine_fen": fine, "unit": unit}),
            ("penalty.notice", {"penalty": case, "rights_told": True,
                                "hearing_told": True, "unit": unit}),
            ("penalty.state", {"penalty": case, "waived": True,
                               "unit": unit}),
            ("review.ask", {"penalty": case, "unit": unit})]


def on_review(s, f, env, dice):
    if dice(6) == 0:
        return []
    return [("review.pass", {"penalty": f["penalty"],
                             "unit": s.reviewer["unit"],
                             "officer": s.reviewer["id"]})]


def on_passed(s, f, env, dice):
    return [("penalty.decide", {
        "penalty": f["penalty"], "number": f"桐罚〔2026〕{f['penalty'][10:]}号",
        "kind": "fine", "fine_fen": int(s.item["fine_max_fen"]),
        "unit": env["division"][:9] + "-ZF"})]


def on_decided(s, f, env, dice):
    if dice(4) == 0:
        return []
    return [("penalty.serve", {"penalty": f["penalty"], "unit": f["unit"]}),
            ("penalty.close", {"penalty": f["penalty"],
                               "paid_fen": int(s.item["fine_max_fen"]),
                               "unit": f["unit"]})]


def on_applied(s, f, env, dice):
    if dice(4) == 0:
        return []
    return [("mediation.consent", {"mediation": f["mediation"], "party": p,
                                   "unit": f["unit"]}) for p in f["parties"]]


def on_accepted(s, f, env, dice):
    number = env["subject"]
    if dice(4) == 0:
        return []
    return [("agreement.make", {
        "mediation": f["mediation"], "form": "written", "sha256": HASH,
        "signed_by": [f"party-{number}-a", f"party-{number}-b"],
        "sealed": True, "unit": f["unit"],
        "officer": s.one(f["unit"], "mediator")})]


def on_made(s, f, env, dice):
    if dice(3) == 0:
        return []
    return [("agreement.perform", {"agreement": f["agreement"],
                                   "unit": f["unit"]})]


REACTIONS = {
    "report.received": on_report, "casefile.opened": on_opened,
    "task.assigned": on_task, "casefile.handled": on_handled,
    "callback.opened": on_callback, "call.unit_asked": on_asked,
    "call.gathered": on_gathered, "call.part_filed": on_part,
    "call.submitted": on_submitted, "call.released": on_released,
    "call.unit_refused": on_refused, "call.vetoed": on_vetoed,
    "return.asked": on_return, "return.declined": on_kept,
    "dispute.raised": on_dispute, "extension.asked": on_extension,
    "extension.granted": on_kept, "suspension.asked": on_suspension,
    "suspension.granted": on_suspended,
    "jurisdiction.determined": on_jurisdiction,
    "penalty.filed": on_filed, "review.asked": on_review,
    "review.passed": on_passed, "penalty.decided": on_decided,
    "mediation.applied": on_applied, "mediation.accepted": on_accepted,
    "agreement.made": on_made,
}


class Desk:
    def __init__(self, path):
        self.seed = os.environ["CHAOS_SEED"]
        self.staff = Staff()
        self.place = path + ".place"
        self.out = history.Writer(path, self.seed, "desk")
        self.op = self.last_op(path) + 1
        self.waiting = {}
        self.again = {}
        self.sock = None
        self.stopping = False

    @staticmethod
    def last_op(path):
        return max((line[1] for line in history.lines(path)), default=0)

    def react(self, envelope):
        env = msgpack.unpackb(envelope)
        rule = REACTIONS.get(env["type"])
        if rule is None or not env.get("subject"):
            return
        dice = events.Dice(env["id"])
        for n, (kind, data) in enumerate(
                rule(self.staff, env["data"], env, dice)):
            self.publish(events.Event(events.envelope(
                "desk", f"{self.seed}-desk-{env['id']}-{n}", kind,
                in_order(kind, data), division=env["division"], causationid=env["id"])))

    def publish(self, event):
        op, self.op = self.op, self.op + 1
        self.waiting[op] = event
        self.send(op, event)

    def send(self, op, event):
        self.out.put("invoke", op, event)
        self.out.flush()
        peer.send(self.sock, [b"PUB", b"%d" % op, event.bytes])

    def connect(self):
        if self.sock is not None:
            self.sock.close()
        self.sock = peer.connect("publish")
        self.heard = time.monotonic()
        for op, event in self.waiting.items():
            self.out.put("info", op, event, status="SILENCE")
            self.again[op] = self.heard

    def answer(self, frames):
        self.heard = time.monotonic()
        op = int(frames[1] or b"0")
        event = self.waiting.get(op)
        if event is None:
            return
        told = msgpack.unpackb(frames[2])
        if frames[0] == b"ACK":
            self.out.put("ok", op, event, told["seq"], told["epoch"],
                         told["status"])
        else:
            self.out.put("fail" if frames[0] == b"NAK" else "info", op, event,
                         status=told["code"])
            if told["retry"] != "never":
                self.again[op] = self.heard + AGAIN_S
                return
        del self.waiting[op]

    def turn(self):
        """Answers that have come; what is to be sent again."""
        while self.sock.poll(0):
            self.answer(self.sock.recv_multipart())
        now = time.monotonic()
        if not self.waiting:
            self.heard = now
        elif now - self.heard > SILENCE_S:
            self.connect()
        for op in [op for op, at in self.again.items() if at <= now]:
            del self.again[op]
            if op in self.waiting:
                self.send(op, self.waiting[op])

    def remember(self, seq, epoch):
        """All up to SEQ has been answered for."""
        with open(self.place + ".new", "w", encoding="ascii") as f:
            f.write(f"{seq} {epoch}")
        os.rename(self.place + ".new", self.place)

    def run(self):
        seq = epoch = 0
        if os.path.exists(self.place):
            with open(self.place, encoding="ascii") as f:
                seq, epoch = map(int, f.read().split())
        self.connect()
        t = tail.Tail(seq + 1, lambda: self.stopping)
        t.epoch = epoch
        for seq, _, envelope in t.events():
            if seq is not None:
                self.react(envelope)
            if seq is None or seq % 50 == 0 or len(self.waiting) > 200:
                self.turn()
                while len(self.waiting) > 200 and not self.stopping:
                    self.sock.poll(20)
                    self.turn()
                if not self.waiting:
                    self.remember(t.next - 1, t.epoch)
        self.out.flush()

    def stop(self, *_):
        self.stopping = True


def main():
    d = Desk(sys.argv[1])
    signal.signal(signal.SIGTERM, d.stop)
    d.run()


main()
