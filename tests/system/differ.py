#!/usr/bin/python3
"""
Two opinions on the same bytes: the bus's and python3-msgpack's.

1. Random and damaged envelopes: the bus finds their bytes sound exactly when
   Python does, under the limits of docs/protocol.md.
2. Good events in every form that msgpack allows: stored in the one canonical
   form that the page promises, as Python writes it; sent again in another
   form, or as they were stored, they are duplicates.

Needs a running bus (HUYING_RUN) with a county loaded.  SEED=N repeats a run.
"""
import datetime
import json
import os
import pathlib
import random
import struct
import sys
import time
import uuid

sys.dont_write_bytecode = True  # leave the folder as it is

import msgpack

from peer import DIVISION, Peer, options

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("SEED", time.time()))
RNG = random.Random(SEED)
DAMAGED = int(os.environ.get("DAMAGED", "6000"))
GOOD = 300
BURST = 250  # unanswered at one time

BODY_MAX, TEXT_MAX, KEY_MAX = 64 * 1024, 16 * 1024, 64
DEPTH_MAX, NODES_MAX, KEYS_MAX = 8, 4096, 64
UNSEEN = [(0, 8), (0xb, 0x1f), (0x7f, 0x9f), (0x61c, 0x61c),
          (0x180e, 0x180e), (0x200b, 0x200b), (0x200e, 0x200f),
          (0x2028, 0x202e), (0x2060, 0x206f), (0xfdd0, 0xfdef),
          (0xfeff, 0xfeff), (0xfff9, 0xfffb), (0xe0000, 0xe007f)]


class Unsound(Exception):
    """Python's opinion of bytes."""


class Pairs(list):
    """A map, its keys perhaps repeated."""


def no_extension(*_):
    raise Unsound("an extension type")


def look_text(text):
    """TEXT as bytes; what is no UTF-8 has become lone surrogates."""
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError as e:
        raise Unsound("not UTF-8") from e
    if len(raw) > TEXT_MAX:
        raise Unsound("a long text")
    for c in map(ord, text):
        if c & 0xfffe == 0xfffe or any(a <= c <= b for a, b in UNSEEN):
            raise Unsound("a character that is not seen")
    return raw


def look(value, depth):
    """The number of nodes of VALUE, which is sound."""
    if isinstance(value, str):
        look_text(value)
    elif isinstance(value, bytes) and len(value) > TEXT_MAX:
        raise Unsound("long bytes")
    elif isinstance(value, (list, tuple)):
        if depth == DEPTH_MAX:
            raise Unsound("deep")
        if not isinstance(value, Pairs):
            return 1 + sum(look(v, depth + 1) for v in value)
        keys = [k for k, _ in value]
        if not all(isinstance(k, str) for k in keys):
            raise Unsound("a key that is no text")
        if any(len(look_text(k)) > KEY_MAX for k in keys):
            raise Unsound("a long key")
        if len(keys) > KEYS_MAX or len(set(keys)) < len(keys):
            raise Unsound("keys")
        return 1 + sum(1 + look(v, depth + 1) for _, v in value)
    elif isinstance(value, msgpack.Timestamp):
        raise Unsound("a timestamp")
    return 1


def opinion(body):
    """None when BODY is one sound map, else why it is not."""
    try:
        if len(body) > BODY_MAX:
            raise Unsound("long")
        value = msgpack.unpackb(
            body, raw=False, strict_map_key=False, ext_hook=no_extension,
            object_pairs_hook=Pairs, unicode_errors="surrogateescape")
        if not isinstance(value, Pairs):
            raise Unsound("no map")
        if look(value, 0) > NODES_MAX:
            raise Unsound("many nodes")
    except (Unsound, ValueError, msgpack.UnpackException) as e:
        return f"{type(e).__name__}: {e}"
    return None


def head(kind, n):
    """One of the forms in which the head of a text, list or map may come."""
    small, limit, forms = {
        "str": (0xa0, 31, [(0xd9, "B"), (0xda, "H"), (0xdb, "I")]),
        "bin": (0, -1, [(0xc4, "B"), (0xc5, "H"), (0xc6, "I")]),
        "list": (0x90, 15, [(0xdc, "H"), (0xdd, "I")]),
        "map": (0x80, 15, [(0xde, "H"), (0xdf, "I")])}[kind]
    fits = [bytes([small | n])] if n <= limit else []
    fits += [bytes([b]) + struct.pack(">" + f, n) for b, f in forms
             if n < 1 << 8 * struct.calcsize(f)]
    return RNG.choice(fits)


def whole(n):
    fits = [msgpack.packb(n)]
    for b, f in ((0xcc, "B"), (0xcd, "H"), (0xce, "I"), (0xcf, "Q"),
                 (0xd0, "b"), (0xd1, "h"), (0xd2, "i"), (0xd3, "q")):
        try:
            fits.append(bytes([b]) + struct.pack(">" + f, n))
        except struct.error:
            pass
    return RNG.choice(fits)


def pack(value):
    """VALUE in msgpack, each part in any form that says the same."""
    if isinstance(value, str):
        raw = value.encode("utf-8")
        return head("str", len(raw)) + raw
    if isinstance(value, bytes):
        return head("bin", len(value)) + value
    if isinstance(value, list):
        return head("list", len(value)) + b"".join(map(pack, value))
    if isinstance(value, dict):
        return head("map", len(value)) + b"".join(
            pack(k) + pack(v) for k, v in value.items())
    if isinstance(value, int) and not isinstance(value, bool):
        return whole(value)
    return msgpack.packb(value)


TEXTS = ["", "a", "路灯", "💡", "x" * 40, "\t\n", "\0", "\u202e", "y" * 300,
         "id", "data", "k" * 64, "k" * 65]


def some(depth):
    """Any value at all, most of them small, some of them deep."""
    kind = RNG.randrange(8)
    if kind == 0:
        return RNG.choice([0, -1, 127, -33, 2**31, 2**64 - 1, -2**63])
    if kind == 1:
        return RNG.choice([None, True, False, b"", b"\xc1" * 20])
    if kind == 2:
        return RNG.choice([0.5, -0.0, 1e300, float("nan"), float("inf")])
    if kind in (3, 4) or depth == 12:
        return RNG.choice(TEXTS)
    n = RNG.choice([0, 1, 1, 1, 2, 3] if depth else [3, 17, 66])
    if kind == 5:
        return [some(depth + 1) for _ in range(n)]
    return {RNG.choice(TEXTS) + str(i): some(depth + 1) for i in range(n)}


def damage(body):
    """BODY with one or two things wrong, or perhaps not."""
    out = bytearray(body)
    for _ in range(RNG.randrange(3)):
        at = RNG.randrange(len(out) + 1)
        what = RNG.randrange(6)
        if what == 0:
            del out[at:]
        elif what == 1:
            out[at:at] = bytes(RNG.choices(range(256), k=RNG.choice([1, 4])))
        elif what == 2 and at < len(out):
            out[at] = RNG.randrange(256)
        elif what == 3 and at < len(out):
            out[at] ^= 1 << RNG.randrange(8)
        elif what == 4:
            del out[at:at + RNG.randrange(1, 5)]
        else:
            out[at:at] = RNG.choice([
                b"\xc1", b"\xdd\x0f\xff\xff\xff", b"\xd4\x01\x00", b"\xff",
                b"\xd6\xff\0\0\0\0", b"\xdf\0\0\0\x01", b"\xed\xa0\x80",
                b"\x81\xa1a", b"\xa3\xf0\x9f\x92", b"\xc7\0\x05", b"\xc0"])
    return bytes(out)


def brinks():
    """Bodies right at each limit, and one step behind it."""
    for n in (NODES_MAX, NODES_MAX + 1):
        yield pack({"data": [0] * (n - 3)})
    for n in (TEXT_MAX, TEXT_MAX + 1):
        yield pack({"data": "x" * n})
        yield pack({"data": b"x" * n})
    for n in (KEY_MAX, KEY_MAX + 1):
        yield pack({"k" * n: 0})
        yield pack({"data": {"路" * (n // 3) + "k" * (n % 3): 0}})
    for n in (KEYS_MAX, KEYS_MAX + 1):
        yield pack({"data": {f"k{i}": i for i in range(n)}})
    for n in (DEPTH_MAX, DEPTH_MAX + 1):
        yield b"\x81\xa4data" + b"\x91" * (n - 2) + b"\x90"
        yield b"\x81\xa1d" * (n - 1) + b"\x80"
    for n in (BODY_MAX, BODY_MAX + 1):
        full = {str(i): "x" * 16000 for i in range(4)}
        full["rest"] = "x" * (n - len(msgpack.packb(full)) - 8)
        assert len(msgpack.packb(full)) == n
        yield msgpack.packb(full)
    for first, last in UNSEEN + [(0xfffe, 0xffff), (0x10fffe, 0x10ffff)]:
        for c in (first - 1, first, last, last + 1):
            if 0 <= c < 0xd800 or 0xe000 <= c <= 0x10ffff:
                yield pack({"data": "ab" + chr(c)})


def bodies():
    """Envelopes that are none: without a type, nothing of it is stored."""
    yield from brinks()
    for _ in range(DAMAGED):
        value = {"id": "x", "data": some(0), "more": some(0)}
        shape = RNG.randrange(20)
        if shape == 0:
            value = RNG.choice([[value], some(0)])
        elif shape == 1:
            value["data"] = [0] * RNG.randrange(4070, 4100)
        elif shape == 2:
            value["data"] = ["x" * RNG.choice([16384, 16385])] * 3
        yield damage(pack(value))


def answers(peer, sent):
    """Sends all of SENT (frames behind PUB and number); their answers."""
    for at in range(0, len(sent), BURST):
        part = sent[at:at + BURST]
        for i, frames in enumerate(part):
            peer.send(b"PUB", b"%d" % i, *frames)
        for i in range(len(part)):
            frames = peer.receive()
            assert frames[1] == b"%d" % i, frames
            yield frames[0], options(frames)


def disagree(peer):
    """Why the two opinions differ on some body; None when they do not."""
    sent = list(bodies())
    n_sound = 0
    for body, (word, said) in zip(sent, answers(peer, [[b] for b in sent])):
        ours = opinion(body)
        # Faults of bytes tell their place, those of fields do not.
        theirs = None if "(byte " not in said["reason"] else said
        n_sound += ours is None
        if word != b"NAK" or (ours is None) != (theirs is None):
            return f"{body[:200].hex()}: {ours}, the bus: {said}"
    print(f"   {len(sent)} bodies, {n_sound} of them sound")
    return None if 0 < n_sound < len(sent) else "one opinion only"


def in_order(kind, value):
    """VALUE with its keys as the published schema has them."""
    path = ROOT / "schemas" / "published" / f"{kind}.json"
    keys = json.loads(path.read_text(encoding="utf-8"))["properties"]
    return {k: value[k] for k in keys if k in value}


def some_time():
    """One instant, in the form that is stored and in another one."""
    ms = RNG.choice([0, 0, RNG.randrange(1000)])
    at = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc) \
        + datetime.timedelta(seconds=RNG.randrange(31536000), milliseconds=ms)
    china = at.astimezone(datetime.timezone(datetime.timedelta(hours=8)))
    form = china.strftime("%Y-%m-%dT%H:%M:%S")
    stored = form + (f".{ms:03d}" if ms else "") + "+08:00"
    hours = RNG.randrange(-12, 15)
    there = at.astimezone(datetime.timezone(datetime.timedelta(hours=hours)))
    text = there.strftime("%Y-%m-%dT%H:%M:%S")
    text += f".{ms:03d}" + "9" * RNG.randrange(7)
    return stored, text + (f"{hours:+03d}:00" if hours else "Z")


def good():
    """An event as it is to be stored, and as it may be sent."""
    stored_at, sent_at = some_time()
    happened, told = some_time()
    lat = float(RNG.choice([0, 29, 29.5, -119.25, RNG.uniform(-90, 90)]))
    data = {"channel": RNG.choice(["grid", "app"]),
            "summary": RNG.choice(["东门路灯不亮", "a" * 100, "💡\n\t"]),
            "occurred_at": happened}
    if lat:
        data["lat"] = lat
    if RNG.random() < 0.5:
        data["urgent"] = True
    if RNG.random() < 0.3:
        data["attachments"] = [{"kind": "photo", "sha256": "0" * 64}]
    env = {"specversion": "1.0", "id": str(uuid.uuid4()),
           "source": "/test/differ", "type": "report.submit",
           "time": stored_at, "division": DIVISION}
    sent = {**env, "time": sent_at, "subject": "", "traceparent": None,
            "datacontenttype": "application/msgpack"}
    told = {**data, "occurred_at": told, "unit": "", "lon": 0}
    if lat:
        told["lat"] = int(lat) if lat == int(lat) else lat
    sent["data"] = dict(RNG.sample(list(told.items()), len(told)))
    sent = dict(RNG.sample(list(sent.items()), len(sent)))
    env["data"] = in_order("report.submit", data)
    return msgpack.packb(in_order("envelope", env)), sent


def envelopes(first, last):
    """The stored bytes of every seq from FIRST to LAST."""
    peer = Peer("log")
    peer.send(b"OPEN", b"read", msgpack.packb({"from": first}))
    got = {}
    while last not in got:
        frames = peer.receive()
        if frames[0] == b"EVENT":
            got[options(frames)["seq"]] = frames[3]
            peer.send(b"CREDIT", b"read", b"1")
        assert frames[0] in (b"BEGIN", b"EVENT", b"HEARTBEAT"), frames
    peer.close()
    return got


def not_canonical(peer):
    """Why the stored form is another one; None when it is not."""
    events = [good() for _ in range(GOOD)]
    seqs = []
    for word, said in answers(peer, [[pack(s)] for _, s in events]):
        if word != b"ACK" or said["status"] != "stored":
            return f"{said}"
        seqs.append(said["seq"])
    stored = envelopes(seqs[0], seqs[-1])
    for (form, _), seq in zip(events, seqs):
        if stored[seq] != form:
            return f"{stored[seq].hex()} is not {form.hex()}"
    again = [[pack(s)] for _, s in events] + [[f] for f, _ in events]
    for seq, (word, said) in zip(seqs * 2, answers(peer, again)):
        if (word, said.get("status"), said.get("seq")) != (
                b"ACK", "duplicate", seq):
            return f"{said}"
    return None


def main():
    print(f"   SEED={SEED}")
    for what, run in (("the bus and Python agree on what is sound", disagree),
                      ("every form of an event is stored as the one canonical",
                       not_canonical)):
        why = run(Peer("publish"))
        print(f"ok {what}" if why is None else f"not ok {what}\n   {why}")


if __name__ == "__main__":
    main()
