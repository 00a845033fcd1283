#!/usr/bin/python3
"""
Who may do what over TCP: an independent client against a running bus.

Prints "ok WHAT" and "not ok WHAT".  Needs a bus with TCP endpoints and a
county loaded, and HUYING_* of both; the argument is a folder for key files.
What must have happened within 5 s is waited for longer: this is no clock.
"""
import sys
import time

sys.dont_write_bytecode = True  # leave the folder as it is

import msgpack
import zmq

import bad_access
from bad_input import answered
from keyed import Key, Keyed, Stranger, connect, key, new, pack
from peer import Peer, Silence, options, report, sql

FOLDER = sys.argv[1]
SOON_S = 40
QUIET_MS = 2500  # two heartbeats
TOWN, NEIGHBOUR = bad_access.TOWN, bad_access.NEIGHBOUR
results = []
keys = {}


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


def greeted(who):
    """The name by which WHO is greeted; None: not at all."""
    peer = Keyed("publish", who)
    try:
        peer.send(b"HELLO", b"1")
    except zmq.Again:  # turned away before it could say a word
        return None
    if not peer.sock.poll(500):
        return None
    return options(peer.receive(), 1).get("client")


def make(name, *words):
    """A new client, as soon as the bus knows it."""
    keys[name] = new(FOLDER, name, *words)
    assert until(lambda: greeted(keys[name]) == name), f"{name} is unknown"
    return keys[name]


def publish(peer, **attributes):
    """"ACK", or the code of the refusal; and the id."""
    env = report(**attributes)
    frames = peer.ask(b"PUB", b"1", msgpack.packb(env))
    code = "ACK" if frames[0] == b"ACK" else options(frames)["code"]
    return code, env["id"]


def until(condition):
    """Whether it came to be."""
    end = time.monotonic() + SOON_S
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def stored(ids):
    known = ",".join(f"'{i}'" for i in ids) or "''"
    return int(sql("SELECT count(*) FROM journal.event WHERE id IN"
                   f" ({known})")[0])


def follower(who, name=b"f", **wanted):
    """A reader of the log that has said BEGIN."""
    peer = Keyed("log", who)
    frames = peer.ask(b"OPEN", name, pack(follow=True, **wanted))
    assert frames[0] == b"BEGIN", options(frames)
    return peer


def error_of(peer):
    """The code of the ERR that comes, whatever comes before."""
    end = time.monotonic() + SOON_S
    while time.monotonic() < end:
        frames = peer.receive()
        if frames[0] == b"ERR":
            return options(frames)["code"]
    return "none"


def listener(who):
    sock = connect(zmq.SUB, who, "live")
    sock.subscribe(b"")
    return sock


def hears(sock, wait_ms=10000):
    """Whether anything comes; all that waits is read."""
    if not sock.poll(wait_ms):
        return False
    while sock.poll(0):
        sock.recv_multipart()
    return True


def falls_silent(sock):
    """Nothing for two heartbeats, some time soon."""
    end = time.monotonic() + SOON_S
    while time.monotonic() < end:
        if not hears(sock, QUIET_MS):
            return True
    return False


for client, rights in bad_access.CLIENTS.items():
    make(client, *rights)
show("new clients are known soon", None)


@test("nobody comes in without a key that is known, by any door")
def _():
    for who in (None, Stranger(keys["town"])):
        socks = [connect(zmq.DEALER, who, "publish"),
                 connect(zmq.DEALER, who, "log"), listener(who)]
        for sock in socks[:2]:
            try:
                sock.send_multipart([b"PING"])
            except zmq.Again:
                pass  # turned away already
        time.sleep(QUIET_MS / 1000)
        for sock in socks:
            if sock.poll(0):
                return f"{sock.recv_multipart()}"
            sock.close()
    return None


@test("a client is greeted by its name, a local one as local")
def _():
    local = options(Peer("publish").ask(b"HELLO", b"1"), 1)["client"]
    names = (greeted(keys["town"]), local)
    return None if names == ("town", "local") else f"{names}"


for client, endpoint, case in bad_access.cases():
    show(f"{case.name}: {case.code}",
         answered(Keyed(endpoint, keys[client]), case))


@test("a reader gets what it may read and nothing else")
def _():
    local = Peer("publish")
    inside = publish(local, division=TOWN)[1]
    outside = publish(local, division=NEIGHBOUR)[1]
    peer = Keyed("log", keys["wide"])
    peer.send(b"OPEN", b"all", pack(credit=100000))
    seen = []
    frames = peer.receive()
    while frames[0] != b"END":
        if frames[0] == b"EVENT":
            seen.append(msgpack.unpackb(frames[3]))
        frames = peer.receive()
    if any(not e.get("division", "").startswith(TOWN) for e in seen):
        return "an event of another place"
    ids = [e["id"] for e in seen]
    if inside not in ids or outside in ids:
        return f"{inside in ids} {outside in ids}"
    return None


@test("who subscribes to everything gets nothing without the right live")
def _():
    for endpoint in ("live", "publish", "log"):
        sock = connect(zmq.XSUB, keys["wide"], endpoint)
        for topic in (b"", b"heartbeat", b"report."):
            sock.send(b"\x01" + topic)
        publish(Peer("publish"))
        if sock.poll(QUIET_MS):
            return f"{endpoint}: {sock.recv_multipart()}"
        sock.close()
    return None if hears(listener(keys["mute"])) else "nor who has it"


@test("over the rate: told to wait, and for how long; then it goes")
def _():
    peer = Keyed("publish", make("slow", "--publish", "*", "--rate", "2",
                                 "--burst", "3"))
    for n in range(40):
        peer.send(b"PUB", b"%d" % n, msgpack.packb(report(source="/slow")))
    answers = [peer.receive() for _ in range(40)]
    late = [options(a) for a in answers if a[0] == b"NAK"]
    if not 3 <= 40 - len(late) <= 37:
        return f"{40 - len(late)} of 40 went through at once"
    if any((a["code"], a["retry"], a["stored"]) !=
           ("RATE_LIMITED", "later", False) for a in late):
        return f"{late[0]}"
    if not all(1 <= a["retry_after_ms"] <= 500 for a in late):
        return f"{[a['retry_after_ms'] for a in late]}"
    for _ in range(20):
        time.sleep(late[-1]["retry_after_ms"] / 1000)
        if publish(peer, source="/slow")[0] == "ACK":
            return None
    return "never again"


@test("a higher rate holds for who is connected")
def _():
    peer = Keyed("publish", keys["slow"])
    key("limit", "slow", "--rate", "100000", "--burst", "100000")
    return None if until(lambda: all(
        publish(peer, source="/slow")[0] == "ACK"
        for _ in range(20))) else "still too many"


@test("a right withdrawn: its readers are told, others go on")
def _():
    who = make("reader", "--read", "report.*", "--read", "task.*",
               "--publish", "report.submit")
    asked, any_ = follower(who, topics=["report."]), follower(who)
    writer = Keyed("publish", who)
    if publish(writer, source="/reader")[0] != "ACK":
        return "could not publish at first"
    key("withdraw", "reader", "read", "report.*")
    key("withdraw", "reader", "publish", "report.submit")
    if error_of(asked) != "NOT_GRANTED":
        return "the one that asked for it was not told"
    if not until(lambda: publish(writer, source="/reader")[0]
                 == "NOT_GRANTED"):
        return "publishes as before"
    # What comes now is not for it any more; heartbeats are.
    any_.rest()
    unseen = publish(Peer("publish"))[1]
    time.sleep(1.5)
    words = any_.rest()
    if not words or any(f[0] == b"EVENT" and unseen.encode() in f[3]
                        for f in words):
        return f"{len(words)} words"
    return None


@test("revoked: publish, log and live are shut, others come back")
def _():
    who = make("gone", "--publish", "*", "--read", "*", "--live")
    writer, reader = Keyed("publish", who), follower(who, **{"from": "head"})
    ear, other = listener(who), listener(keys["mute"])
    if not hears(ear) or not hears(other):
        return "no heartbeat at first"
    ids, codes = [], []

    def refused():
        code, event = publish(writer, source="/gone")
        codes.append(code)
        ids.append(event)
        return code == "REVOKED"
    if refused() or codes != ["ACK"]:
        return f"{codes}"
    key("revoke", "gone")
    if not until(refused):
        return "publishes as before"
    for _ in range(20):
        refused()
    first = codes.index("REVOKED")
    if set(codes[:first]) != {"ACK"} or set(codes[first:]) != {"REVOKED"}:
        return f"{codes}"
    if stored(ids[first:]) != 0 or stored(ids[:first]) != first:
        return "what was refused is stored, or the other way round"
    if error_of(reader) != "REVOKED":
        return "the reader was not told"
    reader.send(b"OPEN", b"again", pack())
    if error_of(reader) != "REVOKED":
        return "it may open again"
    if not falls_silent(ear):
        return "the live feed goes on"
    if not until(lambda: hears(other)):
        return "another subscriber does not come back"
    return "it is greeted again" if greeted(who) is not None else None


@test("live withdrawn shuts that door alone")
def _():
    who = make("both", "--live", "--read", "*")
    ear, reader = listener(who), follower(who, **{"from": "head"})
    if not hears(ear):
        return "no heartbeat at first"
    key("withdraw", "both", "live")
    if not falls_silent(ear):
        return "the live feed goes on"
    event = publish(Peer("publish"))[1].encode()
    return None if until(lambda: event in b"".join(reader.receive())) \
        else "the log does not go on"


@test("a new key and the old one, until the overlap is over")
def _():
    old = make("turn", "--publish", "*")
    path = f"{FOLDER}/turn.2.key"
    writer = Keyed("publish", old)
    if publish(writer, source="/turn")[0] != "ACK":
        return "not the first key"
    key("rotate", "turn", "--overlap", "20s", "--out", path)
    if not until(lambda: greeted(Key(path)) == "turn"):
        return "not the second key"
    if greeted(old) != "turn" or publish(writer, source="/turn")[0] != "ACK":
        return "the old one is of no use already"
    again = Keyed("publish", Key(path))
    if not until(lambda: publish(writer, source="/turn")[0] == "REVOKED"):
        return "the old key goes on"
    code = publish(again, source="/turn")[0]
    return None if code == "ACK" else f"the new one: {code}"


@test("without an overlap the old key ends now")
def _():
    path = f"{FOLDER}/turn.3.key"
    writer = Keyed("publish", Key(f"{FOLDER}/turn.2.key"))
    if publish(writer, source="/turn")[0] != "ACK":
        return "not at first"
    key("rotate", "turn", "--overlap", "0", "--out", path)
    return None if until(lambda: publish(writer, source="/turn")[0]
                         == "REVOKED") else "the old key goes on"


print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
sys.exit(0 if all(results) else 1)
