"""Events as a pure function of (seed, client, number).

Written against docs/protocol.md alone.  Whoever knows the three numbers can
make the same event again, byte for byte: a publisher that was killed, another
client that sends it late, the checker.
"""
import csv
import functools
import hashlib
import os

import msgpack

FAKE = 900_000_000_000  # no casefile of a run has a number this high
PACK = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../deploy/packs/tonglu")
BOARD = "330122-GLZX"
TEXTS = ("路灯不亮", "垃圾没有清运", "井盖松动", "树枝压线", "河道有漂浮物",
         "消防通道被占", "夜间施工", "路面破损")
PLACES = ("东门路", "南桥头", "老车站", "学校后门", "菜市场", "文化礼堂",
          "村口", "水库边")
ORDER = ("specversion", "id", "source", "type", "subject", "time",
         "datacontenttype", "division", "correlationid", "causationid",
         "traceparent", "sealed", "data")


class Event:
    """What is sent, and what the journal must hold of it."""

    __slots__ = ("source", "id", "type", "bytes", "part", "digest")

    def __init__(self, env, part=None):
        self.source, self.id, self.type = env["source"], env["id"], env["type"]
        self.bytes = msgpack.packb(in_order(env))
        self.part = msgpack.packb(part) if part else None
        subject = subject_of(env)
        stored = dict(env, subject=subject) if subject else env
        self.digest = hashlib.sha256(
            msgpack.packb(in_order(stored))).hexdigest()


@functools.cache
def divisions():
    """Villages of the pack; two reports of one village may be merged."""
    with open(os.path.join(PACK, "divisions.csv"), encoding="utf-8") as f:
        return [r["code"] for r in csv.DictReader(f)
                if len(r["code"]) == 12 and not r["successors"]]


def in_order(env):
    return {k: env[k] for k in ORDER if k in env}


def subject_of(env):
    """The casefile that a command is about stands in its first field."""
    first = next(iter(env["data"].values()), None)
    if env["type"] in ("report.submit", "score.publish"):
        return None
    return str(first).split("/")[0]


def stored_digest(envelope):
    """SHA-256 of a journal row's bytes; without the hash of a sealed part,
    which the sender of an open part cannot know."""
    if b"\xa6sealed\xd9\x40" in envelope:
        env = msgpack.unpackb(envelope)
        if env.pop("sealed", None) is not None:
            envelope = msgpack.packb(env)
    return hashlib.sha256(envelope).hexdigest()


class Dice:
    """Small numbers out of one hash."""

    def __init__(self, *words):
        text = "/".join(str(w) for w in words).encode()
        self.left = int.from_bytes(hashlib.blake2b(text).digest(), "big")

    def __call__(self, n):
        self.left, value = divmod(self.left, n)
        return value


def envelope(client, ident, kind, data, **attributes):
    return {"specversion": "1.0", "id": ident, "source": f"/chaos/{client}",
            "type": kind, "data": data, **attributes}


def number(dice):
    return f"330122-26-{FAKE + dice(10**9)}"


def cheap(client, ident, dice):
    """A command on something that is not there: its service refuses it, with
    one fact, so that each is seen to have its effect exactly once."""
    which, thing = dice(100), number(dice)
    if which < 40:
        kind, data = "task.sign", {"task": thing + "/T1", "unit": BOARD}
    elif which < 60:
        kind, data = "penalty.serve", {"penalty": thing + "/P1",
                                       "unit": BOARD}
    elif which < 80:
        kind, data = "mediation.fail", {"mediation": thing + "/M1",
                                        "ways": "法院", "unit": BOARD}
    else:
        kind, data = "report.refuse", {"report": thing, "kind": "other",
                                       "unit": BOARD}
    return Event(envelope(client, ident, kind, data))


def canary(ident):
    """Personal data that must turn up nowhere but in the vault."""
    digits = int.from_bytes(hashlib.blake2b(ident.encode()).digest()[:6], "big")
    return {"name": f"金丝雀{chr(0x4e00 + digits % 5000)}",
            "phone": f"1000{digits % 10**7:07d}",  # no network has these
            "address": f"黄鸟里{digits % 99991}号"}


def report(client, ident, dice):
    """A report with an open sealed part full of canaries."""
    who = canary(ident)
    text = (f"{PLACES[dice(8)]}{TEXTS[dice(8)]}，第{dice(10**6)}处。"
            f"联系电话{who['phone']}。")
    data = {"channel": "hotline", "place": f"{PLACES[dice(8)]}{dice(9999)}号"}
    return Event(envelope(client, ident, "report.submit", data,
                          time="2026-03-18T08:15:00+08:00",
                          division=divisions()[dice(len(divisions()))]),
                 dict(who, text=text))


def other_body(event):
    """The same id with another body: to be refused with ID_REUSED."""
    env = msgpack.unpackb(event.bytes)
    env["time"] = "2020-02-02T02:02:02+08:00"
    return Event(env, msgpack.unpackb(event.part) if event.part else None)


def bad(client, ident, dice):
    """Something the bus has to refuse for good."""
    env = envelope(client, ident, "task.sign",
                   {"task": number(dice) + "/T1", "unit": BOARD})
    which = dice(5)
    if which == 0:
        env["type"] = "task.signed"          # a fact: its owner's
    elif which == 1:
        env["type"] = "task.nothing"
    elif which == 2:
        env["data"]["colour"] = "red"
    elif which == 3:
        env["data"]["unit"] = 5
    else:
        env["source"] = "/dispatcher/chaos"
    return Event(env)


def make(seed, client, op, reports=2):
    """Event OP of CLIENT; REPORTS of a hundred are reports."""
    ident = f"{seed}-{client}-{op}"
    dice = Dice(ident)
    which = dice(1000)
    if which < 10:
        return bad(client, ident, dice)
    if which < 10 + reports * 10:
        return report(client, ident, dice)
    return cheap(client, ident, dice)
