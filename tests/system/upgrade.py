"""
One report, from the bus to a task: upgrade.py DIVISION [LANE].  LANE is a
field that only the next version knows.  Prints the types that followed from
it, each once, and "lane" when report.received has it.
"""
import sys
import time
import uuid

import msgpack

from peer import Peer, options, report

WAIT_S = 20


def word():
    """Like nothing that was said before, and no number."""
    return uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


def publish(env):
    """Its seq; a bus that is being replaced is asked again."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        peer = Peer("publish")
        peer.send(b"PUB", b"1", msgpack.packb(env))
        if peer.sock.poll(1000):
            frames = peer.sock.recv_multipart()
            peer.close()
            if frames[0] == b"ACK":
                return options(frames)["seq"]
            sys.exit(str(options(frames)))
        peer.close()
    sys.exit("no bus")


def follow(seq, done):
    """Every event from SEQ on, until DONE says so."""
    peer = Peer("log")
    peer.send(b"OPEN", b"me", msgpack.packb({"from": seq, "follow": True}))
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        frames = peer.receive(WAIT_S * 1000)
        if frames[0] == b"EVENT":
            peer.send(b"CREDIT", b"me", b"1")
            if done(msgpack.unpackb(frames[3])):
                return
    sys.exit("no task")


changes = {"channel": "inspection", "matter": "CA-001",
           "summary": word(), "place": word()}
if len(sys.argv) > 2:
    changes["lane"] = sys.argv[2]
sent = report(changes, division=sys.argv[1])
seen = []


def look(event):
    if event.get("correlationid") != sent["id"] or \
            event["source"] not in ("/intake", "/dispatcher"):
        return False
    seen.append(event["type"])
    if event["type"] == "report.received" and "lane" in event["data"]:
        seen.append("lane")
    return event["type"] == "task.assigned"


follow(publish(sent), look)
print(" ".join(dict.fromkeys(seen)))
