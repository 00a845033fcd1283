"""The schedule: a pure function of the seed and of what is possible here.

A run is a row of rounds.  A round is one fault, or two that overlap, at
random times; then everything is healed, and the next round waits until all
has drained.  Every kind comes once before any comes twice.
"""
import random
from collections import namedtuple

# At OFFSET s after the round began KIND is injected, and healed HOLD s later.
Fault = namedtuple("Fault", "kind args offset hold")
# GAP s of calm after it has drained.
Round = namedtuple("Round", "faults gap")

SERVICES = ("intake", "dispatcher", "enforcement", "mediation", "scoring")
ALL = ("bus", *SERVICES)
# Where CRASH_AT can bring a process down, and who gets there.
POINTS = {"before_commit": ALL, "commit_sent": ALL, "after_commit": SERVICES,
          "mid_batch": SERVICES, "deadline_fired": ("dispatcher",),
          "before_ack": ("bus",), "before_live": ("bus",)}
LINKS = {"bus-pg": ("bus", "pg"), "svc-pg": ("svc", "pg"),
         "svc-bus": ("svc", "bus"), "cli-bus": ("cli", "bus")}


def cut_args(r, _):
    link = r.choice(sorted(LINKS))
    return {"link": link, "ends": LINKS[link],
            "mode": r.choice(("in", "out", "both", "reset"))}


def point_args(r, _):
    point = r.choice(sorted(POINTS))
    return {"point": point, "who": r.choice(POINTS[point]),
            "n": r.randint(1, 2 if point == "deadline_fired" else 20)}


def stop_hold(r, form):
    return r.choice((1, 1, 1, 5, 5, 30) if form == "long" else (1, 1, 5))


def brief(r, form):
    return r.uniform(1, 12) if form == "long" else r.uniform(0.5, 3)


def none(_, __):
    return 0.0


def flap_hold(r, form):
    return r.uniform(3, 12) if form == "long" else 3.0


# kind: the part that it hits, what it needs, its arguments, how long it holds.
KINDS = {
    "kill.bus": ("bus", "", lambda r, _: {"who": "bus"}, none),
    "kill.service": ("svc", "", lambda r, _: {"who": r.choice(SERVICES)},
                     none),
    "kill.all": ("all", "", lambda r, _: {}, none),
    "kill.client": ("cli", "", lambda r, _: {"pick": r.random()}, none),
    "stop.bus": ("bus", "", lambda r, _: {"who": "bus"}, stop_hold),
    "stop.service": ("svc", "", lambda r, _: {"who": r.choice(SERVICES)},
                     stop_hold),
    "crash.point": ("all", "points", point_args, lambda r, f: 8.0),
    "backend.kill": ("pg", "", lambda r, _: {"pick": r.random()}, none),
    "backend.end": ("pg", "", lambda r, _: {"pick": r.random()}, none),
    "backend.stop": ("pg", "", lambda r, _: {"pick": r.random()}, stop_hold),
    "postgres.kill": ("all", "", lambda r, _: {}, brief),
    "postgres.restart": ("all", "", lambda r, _: {"how": r.choice(
        ("fast", "immediate"))}, brief),
    "postgres.stop": ("pg", "", lambda r, _: {}, stop_hold),
    "disk.data": ("all", "disk", lambda r, _: {}, brief),
    "disk.wal": ("all", "disk", lambda r, _: {}, brief),
    "power.loss": ("all", "disk", lambda r, _: {}, none),
    "link.cut": ("net", "net", cut_args, brief),
    "link.flap": ("net", "net", cut_args, flap_hold),
    "clock.forward": ("pg", "", lambda r, _: {"minutes": r.randint(5, 90)},
                      none),
    "clock.skew": ("all", "faketime", lambda r, _: {
        "who": r.choice(ALL), "offset": r.choice(
            ("+1h", "-1h", "+2d", "-2d", "+1s", "-1s"))}, brief),
    "instances": ("svc", "", lambda r, _: {"who": r.choice(SERVICES),
                                           "n": r.randint(1, 2)}, brief),
    "reader.stop": ("cli", "", lambda r, _: {"pick": r.random()}, brief),
    "poison": ("pg", "", lambda r, _: {"serial": r.randint(1, 10**8)}, none),
}


def skipped(able):
    """{kind: why} of what cannot be injected here."""
    return {k: able.get(need + ".why", f"no {need}")
            for k, (_, need, _, _) in KINDS.items()
            if need and not able.get(need)}


def fault(r, kind, form):
    _, _, args, hold = KINDS[kind]
    return Fault(kind, args(r, form), round(r.uniform(0, 1.0), 3),
                 round(hold(r, form), 3))


def together(kind, other):
    """Two faults that hit different parts may overlap."""
    parts = {KINDS[kind][0], KINDS[other][0]}
    return len(parts) == 2 and "all" not in parts


def possible(able, only):
    """Kinds that can be injected here, out of ONLY if that says any."""
    return [k for k, (_, need, _, _) in KINDS.items()
            if (not need or able.get(need)) and (not only or k in only)]


def rounds(seed, form, able, kinds):
    """Rounds without end; the first len(kinds) have every kind."""
    r = random.Random(f"chaos {seed}")
    deck = []
    while True:
        if not deck:
            deck = kinds[:]
            r.shuffle(deck)
        kind = deck.pop()
        faults = [fault(r, kind, form)]
        others = [k for k in kinds if together(kind, k)]
        if others and r.random() < 0.35:
            faults.append(fault(r, r.choice(others), form))
        yield Round(faults, round(r.uniform(0.2, 1.5), 3))


def failover(seed, how):
    """One round: a moment of calm, then the primary goes."""
    r = random.Random(f"failover {how} {seed}")
    yield Round([Fault("failover." + how, {"how": how},
                       round(r.uniform(3, 6), 3),
                       round(r.uniform(0.8, 2.5), 3))], 2.0)
