"""What the services made of the journal: I4 I6 I7 I8 I15."""
import hashlib

import msgpack

from evidence import SERVICES

# A fact, and what must have been said of the same casefile before it.
BEFORE = {
    "report.accepted": "report.received", "report.refused": "report.received",
    "report.merged": "report.received", "casefile.opened": "report.accepted",
    "casefile.routed": "casefile.opened", "task.assigned": "casefile.opened",
    "task.signed": "task.assigned", "task.submitted": "task.signed",
    "task.accepted": "task.submitted", "casefile.closed": "casefile.handled",
    "casefile.archived": "casefile.closed",
    "casefile.reopened": "casefile.closed",
    "callback.opened": "casefile.closed",
    "callback.recorded": "callback.opened", "call.raised": "casefile.opened",
    "call.unit_asked": "call.raised", "call.reported_in": "call.unit_asked",
    "call.gathered": "call.reported_in", "call.submitted": "call.gathered",
    "call.released": "call.raised", "call.graded": "call.released",
    "call.ended": "call.released", "call.vetoed": "call.submitted",
    "call.graded_back": "call.released",
    "call.unit_refused": "call.unit_asked",
    "return.asked": "task.assigned", "return.agreed": "return.asked",
    "return.declined": "return.asked",
    "extension.asked": "task.assigned",
    "extension.granted": "extension.asked",
    "suspension.asked": "task.assigned",
    "suspension.granted": "suspension.asked",
    "suspension.ended": "suspension.granted",
    "dispute.raised": "task.assigned", "dispute.decided": "dispute.raised",
    "penalty.filed": "casefile.opened",
    "review.asked": "penalty.filed", "review.passed": "review.asked",
    "penalty.decided": "review.passed", "penalty.served": "penalty.decided",
    "penalty.closed": "penalty.decided",
    "mediation.accepted": "mediation.applied",
    "agreement.made": "mediation.accepted",
    "agreement.performed": "agreement.made",
}
# Of a casefile that has ended the dispatcher says none of these any more.
OVER = ("casefile.", "task.", "call.", "return.")


def number(*parts):
    return int.from_bytes(hashlib.blake2b("\0".join(parts).encode(),
                                          digest_size=8).digest(), "big")


class Effects:
    def __init__(self, e, v):
        self.e, self.v = e, v
        self.answered = set()   # (service, cause)
        self.said = set()       # one number a fact, without its id
        self.seq_of = {}        # id -> seq, of what may be a cause
        self.last_cause = {}    # (service, casefile) -> seq
        self.past = {}          # casefile -> types said of it
        self.commands = []      # (seq, slot, service, id, casefile)
        self.parked = {(s, q) for s, q, _, _ in e.parked}

    def take(self, row):
        kind, owner = self.e.owner.get(row.type, ("", ""))
        if kind == "COMMAND":
            self.commands.append((row.seq, row.slot, owner, row.id))
        elif row.source[1:] in SERVICES:
            self.fact(row)
        self.seq_of[row.id] = row.seq

    def fact(self, row):
        env = msgpack.unpackb(row.envelope)
        service, cause = row.source[1:], env.get("causationid", "")
        self.answered.add(number(service, cause))
        limit = row.type.startswith("deadline.")
        at = self.seq_of.get(cause)
        if at is None:
            self.v.fault("I2", "phantom", f"{row.seq} {row.type}: its cause "
                         f"{cause} is not before it")
        elif not limit:
            self.in_order(row, service, at)
        if not limit:
            self.once(row, service, cause, env)
        self.legal(row)

    def once(self, row, service, cause, env):
        """The same thing of the same cause, said again under another id."""
        what = number(service, cause, row.type, row.subject,
                      msgpack.packb(env["data"]).hex())
        if what in self.said:
            self.v.fault("I4", "effect_twice", f"{row.seq} {row.type} of "
                         f"{cause}")
        self.said.add(what)

    def in_order(self, row, service, at):
        key = (service, row.subject)
        if at < self.last_cause.get(key, 0):
            self.v.fault("I5", "order_break", f"{row.seq} {row.type}: "
                         f"{service} took {at} of {row.subject} after "
                         f"{self.last_cause[key]}")
        self.last_cause[key] = at

    def legal(self, row):
        past = self.past.setdefault(row.subject, set())
        first = BEFORE.get(row.type)
        if first and first not in past:
            self.v.fault("I8", "illegal", f"{row.seq} {row.type} of "
                         f"{row.subject} without {first}")
        if "casefile.archived" in past and row.source == "/dispatcher" and \
                row.type.startswith(OVER):
            self.v.fault("I8", "illegal", f"{row.seq} {row.type} of "
                         f"{row.subject}, which is archived")
        if row.type != "command.refused":
            past.add(row.type)

    def missing(self):
        """Commands at or below the cursor that nothing came of."""
        n = 0
        for seq, slot, service, ident in self.commands:
            if seq > self.e.cursor.get((service, slot), 0):
                self.v.fault("I6", "unprocessed", f"{service}: {seq}")
            elif number(service, ident) in self.answered:
                n += 1
            elif (service, seq) not in self.parked | self.e.dropped:
                self.v.fault("I4", "effect_missing", f"{service}: {seq}")
        return n


def check_parked(e, v):
    """Poisoned casefiles are parked, event by event, and nothing else is;
    where a person dropped the poison, what was behind it has gone on."""
    waits = set(e.about["poisoned"]) - set(e.about["dropped"])
    seen = set()
    for service, seq, casefile, why in e.parked:
        if casefile in waits and service == "dispatcher":
            seen.add((casefile, why == "behind a parked event"))
        else:
            v.fault("I15", "parked", f"{service} {seq} {casefile}: {why}")
    for casefile in waits:
        for behind in (False, True):
            if (casefile, behind) not in seen:
                v.fault("I6", "not_listed", f"{casefile} is not parked")


def check(e, journal, v):
    x = Effects(e, v)
    for row in e.rows():
        x.take(row)
    v.figures["effects"] = x.missing()
    v.figures["facts"] = len(x.said)
    v.figures["casefiles"] = sum("casefile.opened" in p
                                 for p in x.past.values())
    check_parked(e, v)
    code, text = e.about["replay"]
    if code == 1:
        v.fault("I7", "other_state", f"replay: {text.strip()[-500:]}")
    elif code:
        v.unproven.append(f"replay: {text.strip()[-200:]}")
