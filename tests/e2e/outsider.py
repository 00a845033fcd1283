#!/usr/bin/python3
"""
A client on another side of the wall: reports over TCP with a key, and follows
its casefile to the first task.  outsider.py KEYFILE DIVISION; prints the
casefile.  (A second report from the same place would be merged.)
"""
import os
import sys
import time
import uuid

sys.dont_write_bytecode = True  # leave the folder as it is
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "system"))

import msgpack

from keyed import Key, Keyed, pack

WAIT_MS = 30000


def report():
    return {"specversion": "1.0", "id": str(uuid.uuid4()),
            "source": "/hotline", "type": "report.submit",
            "division": sys.argv[2],
            "data": {"channel": "inspection", "matter": "CA-001",
                     "place": str(uuid.uuid4()), "summary": "路灯不亮"}}


def follow(key, seq, done):
    """What DONE says of the first event for which it says anything."""
    log = Keyed("log", key)
    log.send(b"OPEN", b"me", pack(follow=True, **{"from": seq}))
    end = time.monotonic() + WAIT_MS / 1000
    while time.monotonic() < end:
        frames = log.receive(WAIT_MS)
        if frames[0] == b"ERR":
            sys.exit(str(msgpack.unpackb(frames[2])))
        if frames[0] != b"EVENT":
            continue
        log.send(b"CREDIT", b"me", b"1")
        said = done(msgpack.unpackb(frames[3]))
        if said is not None:
            return said
    sys.exit("nothing of it yet")


key = Key(sys.argv[1])
env = report()
answer = Keyed("publish", key).ask(b"PUB", b"1", msgpack.packb(env))
if answer[0] != b"ACK":
    sys.exit(str(answer))
print(follow(key, msgpack.unpackb(answer[2])["seq"],
             lambda e: e["subject"] if e.get("correlationid") == env["id"]
             and e["type"] == "task.assigned" else None))
