#!/usr/bin/python3
"""
Who may do what over TCP: an independent client against a running bus.

Prints "ok WHAT" and "not ok WHAT".  Needs a bus with TCP endpoints and a
county loaded, and HUYING_* of both; the argument is a folder for key files.
"""
import os
import sys
import time

import msgpack
import zmq

sys.dont_write_bytecode = True  # leave the folder as it is

from keyed import Key, Keyed, Stranger, connect, key, new, pack, tcp
from peer import DIVISION, Peer, Silence, options, report, sql

FOLDER = sys.argv[1]
SOON = 15  # seconds that something may take that must happen within 5
QUIET_MS = 2500  # two heartbeats
OTHER_DIVISION = "330122108"
results = []


def show(what, why):
    """WHY is None, or what went wrong."""
    results.append(why is None)
    print(f"{'ok' if why is None else 'not ok'} {what}", flush=True)
    if why is not None:
        print(f"  {why}", flush=True)


def test(what):
    """The function behind it is run at once, and returns why it failed."""
    def run(function):
        try:
            show(what, function())
        except (Silence, AssertionError, KeyError, IndexError, ValueError,
                zmq.ZMQError) as e:
            show(what, f"{type(e).__name__}: {e}")
    return run


def say(client, **attributes):
    return [b"PUB", b"1", msgpack.packb(report(**attributes))]


def code_of(frames):
    """"ACK", or the code of a refusal."""
    return "ACK" if frames[0] == b"ACK" else options(frames)["code"]


def publish(peer, **attributes):
    frames = peer.ask(*say(peer, **attributes))
    return code_of(frames)


def until(condition):
    """Whether it came to be."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def silent(sock, wait_ms=QUIET_MS):
    return not sock.poll(wait_ms)


grid = new(FOLDER, "grid", "--publish", f"report.submit/{DIVISION}",
           "--publish", "call.*", "--read", "report.*")


@test("nobody comes in without a key, by any door")
def _():
    for kind, endpoint in ((zmq.DEALER, "publish"), (zmq.DEALER, "log"),
                           (zmq.SUB, "live")):
        for who in (None, Stranger(grid)):
            sock = connect(kind, who, endpoint)
            if kind == zmq.SUB:
                sock.subscribe(b"")
            else:
                sock.send_multipart([b"PING"])
            if not silent(sock):
                return f"{endpoint}: {sock.recv_multipart()}"
            sock.close()
    return None


@test("a client is greeted by its name")
def _():
    answer = Keyed("publish", grid).ask(b"HELLO", b"1", b"whoever")
    name = options(answer, 1)["client"]
    return None if (answer[0], name) == (b"READY", "grid") else f"{answer}"


@test("what is granted goes through")
def _():
    code = publish(Keyed("publish", grid), source="/grid/7")
    return None if code == "ACK" else code

print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
