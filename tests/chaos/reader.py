#!/usr/bin/python3
"""A reader: log FILE [TOPIC...], or live FILE.

Writes what it was sent, a line an event: SEQ EPOCH DIGEST MONO_NS PREV; "open FIRST"
where it began anew (a reader that was killed goes on from its own file),
"epoch N" when the bus said so, "cut FROM" when history was cut.  The live
reader reads all topics; its holes are allowed, its order is not.
"""
import hashlib
import os
import signal
import sys
import time

import msgpack

import peer
import tail

stopping = False


def stop(*_):
    global stopping
    stopping = True


def digest(envelope):
    return hashlib.sha256(envelope).hexdigest()[:16]


def last_of(path):
    """(seq, epoch) of the last whole lines: what is not on paper was not
    seen."""
    seq = epoch = 0
    if os.path.exists(path):
        with open(path, encoding="ascii") as f:
            for line in f:
                words = line.split()
                if not line.endswith("\n") or not words:
                    continue
                if words[0] == "epoch":
                    epoch = int(words[1])
                elif words[0] == "cut":
                    seq = int(words[1]) - 1
                elif words[0].isdigit():
                    seq = int(words[0])
    return seq, epoch


def note(out, seq, epoch, envelope, prev=0):
    out.write(f"{seq} {epoch} {digest(envelope)} {time.monotonic_ns()} "
              f"{prev}\n")


def read_log(path, topics):
    last, epoch = last_of(path)
    out = open(path, "a", encoding="ascii", buffering=1 << 16)
    out.write(f"\nopen {last + 1}\n")
    options = {"topics": topics} if topics else {}
    t = tail.Tail(last + 1, lambda: stopping, **options)
    t.epoch = epoch
    t.on_cut = lambda first: out.write(f"cut {first}\n")
    for seq, recorded, envelope in t.events():
        if t.epoch != epoch:
            epoch = t.epoch
            out.write(f"epoch {epoch}\n")
        if seq is None:
            out.flush()
        else:
            note(out, seq, recorded, envelope)
    out.write("end\n")
    out.close()


def read_live(path):
    out = open(path, "a", encoding="ascii", buffering=1 << 16)
    out.write("\nopen 0\n")
    sock = peer.connect("live", peer.zmq.SUB)
    sock.subscribe(b"")
    while not stopping:
        if not sock.poll(200):
            out.flush()
            continue
        frames = sock.recv_multipart()
        told = msgpack.unpackb(frames[1])
        if frames[0] == b"heartbeat":
            out.write(f"beat {told['head']}\n")
        else:
            note(out, told["seq"], told["epoch"], frames[2], told["prev"])
    out.write("end\n")
    out.close()


def main():
    signal.signal(signal.SIGTERM, stop)
    if sys.argv[1] == "log":
        read_log(sys.argv[2], sys.argv[3:])
    else:
        read_live(sys.argv[2])


main()
