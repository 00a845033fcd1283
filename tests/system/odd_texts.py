#!/usr/bin/python3
"""Every kind of value that the bus accepts, and back as JSON from the tail.

    odd_texts.py publish COUNT FILE   publishes, and keeps what it sent
    odd_texts.py compare FILE         with CloudEvents JSON, a line each, on stdin
"""
import json
import random
import sys

import msgpack
from peer import Peer, report

PIECES = ['"', "\\", "\\n", "\n", "\t", "/", "'", "\u00a0", "呼应", "\U0001f525",
          "\U00020000", "e\u0301", "\u200d", "</script>", "%s", "${x}", "`",
          "\\u0000", "{", "}", "[", "]", ":", ",", " ", "null", "\u3000", "A",
          "\ud7ff", "\ue000", "\ufffd", "٣", "𝟘"]
NUMBERS = [0.0, -0.0, 1e15, -1e15, 0.1, 1 / 3, 5e-324, 1.7976e-300, -0.5, 30.0,
           119.999999999999986, 2.0 ** 49, 1, -1, 123456789, 10 ** 15]
TIMES = ["2026-03-18T08:15:00+08:00", "2000-01-01T00:00:00Z",
         "2026-03-18T08:15:00.001+08:00"]


def text(rng, longest):
    out = ""
    while len(out.encode()) < longest and rng.random() < 0.97:
        out += rng.choice(PIECES)
    while len(out.encode()) > longest:
        out = out[:-1]
    return out


def odd(rng, i):
    changes = {"summary": text(rng, 4000 if i % 50 == 0 else 200) or "x",
               "lat": rng.choice(NUMBERS), "lon": rng.choice(NUMBERS),
               "urgent": rng.random() < 0.5, "occurred_at": rng.choice(TIMES),
               "attachments": []}
    if rng.random() < 0.5:
        changes["place"] = text(rng, 100)
    return report(changes, source="/test/odd", id=f"odd-{i}")


def publish(count, path):
    rng = random.Random(20260318)
    peer = Peer("publish")
    sent = []
    for i in range(count):
        env = odd(rng, i)
        answer = peer.ask(b"PUB", b"%d" % i, msgpack.packb(env))
        # What looks like somebody's number by chance is none of this.
        if answer[0] == b"ACK":
            sent.append(env)
        elif msgpack.unpackb(answer[2])["code"] != "PERSONAL_DATA":
            sys.exit(f"{env}: {answer}")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(sent, out)
    print(len(sent), "published")


def shown(data):
    """What is left out on the bus has no value of its own."""
    return {k: v for k, v in data.items() if v or v is True}


def compare(path):
    with open(path, encoding="utf-8") as f:
        sent = {env["id"]: env for env in json.load(f)}
    seen = bad = 0
    for line in sys.stdin:
        got = json.loads(line)
        want = shown(sent[got["id"]]["data"])
        data = got["data"]
        seen += 1
        for key in want.keys() | data.keys():
            if key != "occurred_at" and want.get(key) != data.get(key):
                print(key, repr(want.get(key)), repr(data.get(key)))
                bad += 1
    print(f"{seen} of {len(sent)} seen, {bad} differ")
    sys.exit(0 if seen == len(sent) and bad == 0 and seen > 0 else 1)


if sys.argv[1] == "publish":
    publish(int(sys.argv[2]), sys.argv[3])
else:
    compare(sys.argv[2])
