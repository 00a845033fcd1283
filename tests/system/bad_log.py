"""Misuse of the log and live endpoints, and of whole connections."""
import msgpack
import zmq

from bad_case import Case, publish
from peer import (CONTEXT, RUN, Peer, Silence, options, read_log, report)

READERS_MAX = 256
FRAME_MAX = 256 * 1024


def opening(**wanted):
    return [b"OPEN", b"a", msgpack.packb(wanted)]


def bad_options():
    rows = [
        ("no map", [b"OPEN", b"a", b"\x90"]),
        ("no bytes", [b"OPEN", b"a", b""]),
        ("a bomb", [b"OPEN", b"a", b"\xdf\xff\xff\xff\xff"]),
        ("bytes behind them", [b"OPEN", b"a", b"\x80\x80"]),
        ("the same one twice", [b"OPEN", b"a", b"\x82"
                                + b"\xa4from\x01" * 2]),
        ("an unknown one", opening(since=1)),
        ("from -1", opening(**{"from": -1})),
        ("from 1.5", opening(**{"from": 1.5})),
        ("from 2^64-1", opening(**{"from": 2**64 - 1})),
        ("from yesterday", opening(**{"from": "yesterday"})),
        ("from a day", opening(**{"from": "2026-03-18"})),
        ("from true", opening(**{"from": True})),
        ("from nil", opening(**{"from": None})),
        ("topics as a text", opening(topics="report.")),
        ("17 topics", opening(topics=["a"] * 17)),
        ("a topic of 129 bytes", opening(topics=["a" * 129])),
        ("a number among the topics", opening(topics=["report.", 1])),
        ("a list among the topics", opening(topics=[["report."]])),
        ("casefile as a number", opening(casefile=417)),
        ("division as a number", opening(division=330122)),
        ("follow as 1", opening(follow=1)),
        ("credit 0", opening(credit=0)),
        ("credit -1", opening(credit=-1)),
        ("credit 100001", opening(credit=100001)),
        ("credit as a text", opening(credit="10")),
        ("no division", opening(division="")),
        ("division of 5 digits", opening(division="33012")),
        ("division of letters", opening(division="33012a")),
        ("division in full-width digits", opening(division="３３０１２２")),
        ("no casefile", opening(casefile="")),
        ("casefile that is none", opening(casefile="417")),
        ("casefile that wants to be SQL", opening(casefile="' OR 1=1 --")),
        ("a topic of no UTF-8", [b"OPEN", b"a",
                                 b"\x81\xa6topics\x91\xa1\xff"]),
        ("until no time", opening(until="later")),
        ("until a seq", opening(until=5)),
        ("epoch 0", opening(epoch=0)),
        ("cursor as a text", opening(cursor="me")),
        ("a kept place without a name", [b"OPEN", b"",
                                         msgpack.packb({"cursor": True})]),
        ("a kept place, its name with NUL",
         [b"OPEN", b"a\0b", msgpack.packb({"cursor": True})]),
        ("a kept place, its name of no UTF-8",
         [b"OPEN", b"\xff\xfe", msgpack.packb({"cursor": True})]),
    ]
    return [Case("options", n, [f], "BAD_OPTION") for n, f in rows]


def bad_words():
    rows = [
        ("an empty frame", [b""], "BAD_FRAME"),
        ("an unknown word", [b"READ", b"a", b"\x80"], "BAD_FRAME"),
        ("a word of publish", publish(report()), "BAD_FRAME"),
        ("HELLO", [b"HELLO", b"1"], "BAD_FRAME"),
        ("100 frames", [b"OPEN"] * 100, "BAD_FRAME"),
        ("OPEN without options", [b"OPEN", b"a"], "BAD_FRAME"),
        ("OPEN alone", [b"OPEN"], "BAD_FRAME"),
        ("OPEN with one frame too many", opening() + [b""], "BAD_FRAME"),
        ("a name of 65 bytes", [b"OPEN", b"n" * 65, b"\x80"], "BAD_FRAME"),
        ("CREDIT alone", [b"CREDIT"], "BAD_FRAME"),
        ("CREDIT without a number", [b"CREDIT", b"a"], "BAD_FRAME"),
        ("open in lower case", [b"open", b"a", b"\x80"], "BAD_FRAME"),
        ("PING with a frame", [b"PING", b""], "BAD_FRAME"),
        ("CURSOR alone", [b"CURSOR"], "NOT_OPEN"),
        ("CURSOR for nobody", [b"CURSOR", b"a", b"1"], "NOT_OPEN"),
        ("CREDIT for nobody", [b"CREDIT", b"a", b"1"], "NOT_OPEN"),
    ]
    rows += [(f"CREDIT of {n!r}", [b"CREDIT", b"a", n], "BAD_FRAME")
             for n in (b"", b"0", b"-1", b"+1", b"1.5", b" 1", b"0x1", b"ten",
                       b"100001", b"9" * 40, b"\x01")]
    return [Case("log", n, [f], c) for n, f, c in rows]


def cases():
    return bad_options() + bad_words()


def twice():
    """A name may be open once; another one beside it may be, too."""
    peer = Peer("log")
    assert peer.ask(*opening(follow=True, credit=1))[0] == b"BEGIN"
    frames = peer.receive()
    while frames[0] != b"ERR":
        if frames[0] == b"EVENT":
            peer.send(*opening())
        frames = peer.receive()
    peer.send(b"CLOSE", b"a")
    peer.rest()
    reopened = peer.ask(*opening(**{"from": "head"}))[0]
    if options(frames)["code"] != "BUSY":
        return str(options(frames))
    return None if reopened == b"BEGIN" else f"{reopened} after CLOSE"


def thrifty():
    """Without credit nothing comes; with it, exactly as much."""
    peer = Peer("log")
    peer.send(*opening(**{"from": 1, "credit": 2}))
    words = [f[0] for f in [peer.receive()] + peer.rest()]
    if words.count(b"EVENT") > 2:
        return f"{words.count(b'EVENT')} events for a credit of 2"
    peer.send(b"CREDIT", b"a", b"3")
    more = []
    while more.count(b"EVENT") < 3:
        more.append(peer.receive()[0])
    try:
        while True:
            more.append(peer.receive(1500)[0])
            if more[-1] == b"EVENT":
                return "an event without credit"
            if more.count(b"HEARTBEAT") > 1:
                return None
    except Silence:
        return "no heartbeat without credit"


def crowd():
    """One reader too many is told so; the others are served."""
    peer = Peer("log")
    codes = []
    for i in range(READERS_MAX + 1):
        peer.send(b"OPEN", b"%d" % i,
                  msgpack.packb({"from": "head", "follow": True}))
    while len(codes) <= READERS_MAX:
        frames = peer.receive()
        if frames[0] in (b"BEGIN", b"ERR"):
            codes.append(frames[0])
    for i in range(READERS_MAX + 1):
        peer.send(b"CLOSE", b"%d" % i)
    peer.rest()
    peer.close()
    if codes.count(b"ERR") < 1 or codes[0] != b"BEGIN":
        return f"{codes.count(b'ERR')} refused of {len(codes)}"
    read_log(1)
    return None


def too_big():
    """A frame beyond all bounds ends the connection, and nothing else."""
    for endpoint, size in (("publish", FRAME_MAX + 1), ("log", 8 * 1024 + 1)):
        peer = Peer(endpoint)
        peer.send(b"PUB", b"7", bytes(size))
        try:
            return f"{endpoint}: {peer.receive(500)}"
        except Silence:
            peer.close()
    peer = Peer("publish")
    return None if peer.ask(*publish(report()))[0] == b"ACK" else "no ACK"


def stranger():
    """HELLO is a courtesy: the first message may be a publish."""
    peer = Peer("publish")
    answer = peer.ask(*publish(report()))
    return None if answer[0] == b"ACK" else f"{answer}"


def burst():
    """Good and bad in one burst: each its own answer, in order."""
    peer = Peer("publish")
    twin = report()
    batch = [publish(b"\xc0" if i % 3 else report(), number=b"%d" % i)
             for i in range(300)]
    batch += [publish(twin, number=b"300"), publish(twin, number=b"301"),
              publish({**twin, "causationid": "x"}, number=b"302")]
    for frames in batch:
        peer.send(*frames)
    answers = [peer.receive() for _ in batch]
    if [a[1] for a in answers] != [b"%d" % i for i in range(len(batch))]:
        return "not in order"
    words = [a[0] for a in answers[:300]]
    if words != [b"NAK" if i % 3 else b"ACK" for i in range(300)]:
        return "a wrong answer"
    first, second, third = (options(a) for a in answers[300:])
    if (second["status"], third["code"]) != ("duplicate", "ID_REUSED"):
        return f"{second} {third}"
    return None if second["seq"] == first["seq"] else "another seq"


def live():
    """Noise on the live socket is swallowed; the heart goes on beating."""
    noise = CONTEXT.socket(zmq.XSUB)
    noise.linger = 0
    noise.connect(f"ipc://{RUN}/live")
    for frame in (b"\x01heartbeat", b"\x05junk", b"", b"\x01" + b"t" * 500,
                  b"\x00never.subscribed"):
        noise.send(frame)
    for _ in range(2):
        if not noise.poll(3000):
            return "no heartbeat"
        topic, header = noise.recv_multipart()
        if topic != b"heartbeat" or "head" not in msgpack.unpackb(header):
            return f"{topic}"
    noise.close()
    return None


def talk(name, run, code):
    return Case("talk", name, [], code), run


def conversations():
    return [
        talk("a name opened twice", twice, "BUSY"),
        talk("credit is kept to", thrifty, "heartbeat"),
        talk("257 readers", crowd, "BUSY"),
        talk("frames beyond all bounds", too_big, "disconnected"),
        talk("a publish without HELLO", stranger, "stored"),
        talk("300 good and bad in one burst, and twins", burst, "in order"),
        talk("noise on the live socket", live, "heartbeat"),
    ]
