#!/usr/bin/python3
"""
Clients that mean harm, one kind after the other, with an innocent one beside
them.  While each is at work the innocent one publishes: every event must be
acknowledged and come out of the log, in order.  The bus must stay within its
bounds (generous ones; ASan has none) and be as before when they are gone.
Needs a running installation (HUYING_VAR, HUYING_RUN) with a county loaded.
"""
import contextlib
import os
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True  # leave the folder as it is

import msgpack
import zmq

from peer import CONTEXT, RUN, Peer, Silence, options, report, sql

VAR = os.environ["HUYING_VAR"]
EVENTS = 150  # that the innocent one publishes beside each attack
MIB = 1 << 20
CALM = 128 * MIB
RSS_MAX = 512 * MIB  # the bus's own wall, which it must not even meet
PATIENCE_S = 60  # for what must happen some time


class Bus:
    """The process, seen from outside."""

    def __init__(self):
        self.pid = None
        self.peak = 0
        self.renew()

    def renew(self):
        """Its pid, as the supervisor has it now."""
        with contextlib.suppress(OSError):
            with open(f"{VAR}/pids", encoding="ascii") as f:
                pids = dict(line.split() for line in f)
            if os.path.exists(f"/proc/{pids['bus']}"):
                self.pid = pids["bus"]
        return self.pid

    def look(self):
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as f:
            rss = int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        self.peak = max(self.peak, rss)
        return rss

    def fds(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def until(true):
    """Waits until TRUE() is."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


class Innocent:
    """Publishes one event after the other and reads them in the log."""

    def __init__(self, bus):
        self.bus = bus
        self.peer = Peer("publish")
        self.log = Peer("log")
        self.log.send(b"OPEN", b"innocent", msgpack.packb(
            {"from": "head", "follow": True, "topics": ["report.submit/"]}))
        assert self.log.receive()[0] == b"BEGIN"
        self.last = 0
        self.n = 0

    def publish(self, env):
        """The seq of ENV, whatever it takes that a client should do."""
        body = msgpack.packb(env)
        self.n += 1
        for _ in range(20):
            try:
                answer = self.peer.ask(b"PUB", b"%d" % self.n, body)
            except Silence:
                self.peer.renew()
                continue
            said = options(answer)
            if answer[0] == b"ACK":
                return said["seq"]
            assert said["retry"] == "later", said
            time.sleep(said.get("retry_after_ms", 200) / 1000)
        raise AssertionError("no ACK after 20 tries")

    def read(self, wanted):
        """Events of the log until WANTED (id: seq) have come, in order."""
        left = dict(wanted)
        while left:
            frames = self.log.receive()
            if frames[0] == b"HEARTBEAT":
                continue
            assert frames[0] == b"EVENT", frames[:3]
            head, env = options(frames), msgpack.unpackb(frames[3])
            self.log.send(b"CREDIT", b"innocent", b"1")
            assert head["seq"] > self.last, "an event out of order"
            self.last = head["seq"]
            if env["id"] in left:
                assert left.pop(env["id"]) == head["seq"], "another seq"

    def work(self):
        stored, last = {}, 0
        for _ in range(EVENTS):
            env = report(source="/test/innocent")
            seq = self.publish(env)
            assert seq > last, "seq went back"
            stored[env["id"]] = last = seq
            self.bus.look()
        self.read(stored)


def client(kind, endpoint, **options_of):
    """A socket of pyzmq with these options, connected."""
    sock = CONTEXT.socket(kind)
    sock.linger = 0
    for name, value in options_of.items():
        setattr(sock, name, value)
    sock.connect(f"ipc://{RUN}/{endpoint}")
    return sock


@contextlib.contextmanager
def closing(socks):
    try:
        yield socks
    finally:
        for s in socks:
            s.close()


@contextlib.contextmanager
def deaf_flood():
    """10,000 events of 4 KB, the answers never read."""
    sock = client(zmq.DEALER, "publish", sndhwm=0, rcvhwm=1)
    with closing([sock]):
        for i in range(10000):
            env = report({"summary": f"{i:06d}" + "a" * 3900})
            sock.send_multipart([b"PUB", b"%d" % i, msgpack.packb(env)])
        yield


@contextlib.contextmanager
def noise_flood():
    """50,000 messages that are none, the answers never read."""
    socks = [client(zmq.DEALER, e, sndhwm=0, rcvhwm=1)
             for e in ("publish", "log")]
    with closing(socks):
        for i in range(25000):
            for s in socks:
                s.send_multipart([b"PING"] if i % 2 else [b"PUB", b"", b"x"])
        yield


@contextlib.contextmanager
def misers():
    """100 readers of the log that never give credit."""
    with closing([client(zmq.DEALER, "log") for _ in range(100)]) as socks:
        for s in socks:
            s.send_multipart([b"OPEN", b"m", msgpack.packb(
                {"from": 1, "follow": True, "credit": 1})])
        yield


def rows_read():
    """Rows that the database has read in all."""
    return int(sql("SELECT pg_stat_force_next_flush(), tup_fetched"
                   " FROM pg_stat_database WHERE datname = 'huying'")[1])


@contextlib.contextmanager
def deaf_readers():
    """100 readers of the log with all the credit there is, never reading."""
    socks = [client(zmq.DEALER, "log", rcvhwm=1) for _ in range(100)]
    with closing(socks):
        before = rows_read()
        for s in socks:
            s.send_multipart([b"OPEN", b"d", msgpack.packb(
                {"from": 1, "follow": True, "credit": 100000})])
        yield
        time.sleep(2)  # for the statistics, too
        # A queue of 500 each; what is read for a full one is wasted.
        assert rows_read() - before < 10 ** 6, rows_read() - before


@contextlib.contextmanager
def deaf_listeners():
    """50 subscribers of everything that never read, while 4 MB/s pass."""
    socks = [client(zmq.SUB, "live", rcvhwm=1, subscribe=b"")
             for _ in range(50)]
    with closing(socks), deaf_flood():
        yield


@contextlib.contextmanager
def many_prefixes():
    """10,000 subscriptions of one client; as many of 1 KiB."""
    socks = [client(zmq.SUB, "live", sndhwm=0) for _ in range(2)]
    with closing(socks):
        for i in range(10000):
            socks[0].subscribe(b"%08d" % i + os.urandom(92))
            socks[1].subscribe(b"%08d" % i + os.urandom(1000))
        yield


@contextlib.contextmanager
def no_subscriptions():
    """200,000 messages to the live socket that subscribe to nothing."""
    with closing([client(zmq.XSUB, "live", sndhwm=0)]) as (sock,):
        for i in range(200000):
            sock.send(b"\x07" + b"%d" % i * 20)
        yield


@contextlib.contextmanager
def huge_frames():
    """Frames of 1 MB, on every endpoint, again and again."""
    with contextlib.ExitStack() as stack:
        for endpoint in ("publish", "log", "live"):
            kind = zmq.XSUB if endpoint == "live" else zmq.DEALER
            for _ in range(20):
                sock = stack.enter_context(closing([client(kind, endpoint)]))
                sock[0].send(b"\x07" + bytes(MIB))
        yield


@contextlib.contextmanager
def restless():
    """2,000 connections that greet and go."""
    for _ in range(20):
        with closing([client(zmq.DEALER, "publish")
                      for _ in range(100)]) as socks:
            for s in socks:
                s.send_multipart([b"HELLO", b"1", b"restless"])
            for s in socks:
                assert s.poll(5000), "no READY"
    yield


def raw(endpoint, data, tcp=False):
    """A bare connection that has sent DATA."""
    if tcp:
        host, port = os.environ[f"HUYING_{endpoint.upper()}_TCP"][6:].split(":")
        sock = socket.create_connection((host, int(port)), PATIENCE_S)
    else:
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(PATIENCE_S)
        until(lambda: sock.connect_ex(f"{RUN}/{endpoint}") in (0, 106))
    sock.sendall(data)
    return sock


GREETING = (b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0")
            + bytes(32))
HALVES = {
    "nothing": b"", "one byte": b"\xff", "half a signature": GREETING[:5],
    "half a greeting": GREETING[:40], "a greeting and no READY": GREETING,
    "a mechanism of no kind": GREETING[:12] + b"NONE".ljust(20, b"\0")
    + bytes(32),
    "a command that is none": GREETING + b"\x04\x04\x03ABC",
    "a message before READY": GREETING + b"\x00\x04PING",
}
# libzmq takes these for a peer that goes on later; with CURVE it would not.
OLD = {
    "READY of no socket": GREETING + b"\x04\x06\x05READY",
    "ZMTP 1.0": b"\x01\x00",
    "HTTP": b"GET / HTTP/1.1\r\nHost: bus\r\n\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303") + bytes(90),
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n", "noise": b"\x0e" + os.urandom(300),
}


def gone(sock):
    """Whether the other side hung up."""
    try:
        while sock.recv(4096):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    finally:
        sock.close()
    return True


@contextlib.contextmanager
def halves():
    """Handshakes that never end, on every endpoint; the bus ends them."""
    doors = ("publish", "log", "live")
    socks = {(e, n, i): raw(e, d) for e in doors
             for n, d in HALVES.items() for i in range(5)}
    old = [raw(e, d) for e in doors for d in OLD.values()]
    if "HUYING_TCP" in os.environ:
        socks.update({(e, n, "over TCP"): raw(e, d, tcp=True) for e in doors
                      for n, d in (HALVES | OLD).items()})
    with closing(old):
        yield
    for (endpoint, name, _), s in socks.items():
        assert gone(s), f"{endpoint}: {name} is not hung up on"


@contextlib.contextmanager
def thieves():
    """Clients that call themselves what another one is called."""
    socks = [client(zmq.DEALER, "publish", routing_id=b"me")
             for _ in range(20)]
    with closing(socks):
        for s in socks:
            s.send_multipart([b"HELLO", b"1", b"me"])
        until(lambda: any(s.poll(0) for s in socks))
        time.sleep(0.5)
        heard = sum(1 for s in socks if s.poll(0))
        assert heard == 1, f"{heard} clients of one name were greeted"
        yield


def shaken(endpoint, kind):
    """A bare connection past its handshake."""
    sock = raw(endpoint, GREETING)
    ready = (b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind))
             + kind)
    sock.sendall(bytes([4, len(ready)]) + ready)
    heard = b""
    while len(heard) < 66 or len(heard) < 66 + heard[65]:
        heard += sock.recv(300)
    return sock


@contextlib.contextmanager
def torn():
    """Connections that end in the middle of a frame, or of a message."""
    env = msgpack.packb(report())
    pub = b"\x01\x03PUB\x01\x011"
    ends = [pub, pub + bytes([0, len(env)]) + env[:50],
            pub + b"\x03" + struct.pack(">Q", 200000) + b"x" * 1000,
            b"\x02" + b"\xff" * 8, b"\x07\x00", b"\x04\xff" + b"x" * 40,
            b"\x04\x00"]
    for end in ends * 20:
        sock = shaken("publish", b"DEALER")
        with contextlib.suppress(OSError):
            sock.sendall(end)
        sock.close()
    yield


def endless(frame, n):
    """Messages of FRAME that go on without end; the bus has to fall."""
    with contextlib.suppress(OSError):
        sock = shaken("publish", b"DEALER")
        for _ in range(n):
            sock.sendall(frame)
        sock.recv(1)
        return "the bus did not hang up"
    return None


def fall(bus):
    """Messages without end: the bus falls, and rises with nothing lost"""
    innocent = Innocent(bus)
    innocent.work()
    env = report(source="/test/innocent")
    seq = innocent.publish(env)
    for frame, n in ((b"\x03" + struct.pack(">Q", 60000) + bytes(60000), 40000),
                     (b"\x01\x00" * 30000, 1000)):
        pid = bus.pid
        assert (why := endless(frame, n)) is None, why
        assert until(lambda old=pid: bus.renew() != old), "it did not rise"
        assert innocent.publish(env) == seq, "the event has another seq"
    assert bus.peak < 2 * RSS_MAX, f"{bus.peak // MIB} MiB"


ATTACKS = [deaf_flood, noise_flood, misers, deaf_readers, deaf_listeners,
           many_prefixes, no_subscriptions, huge_frames, restless, halves,
           thieves, torn]


def check(true, why):
    assert true, why


def show(what, run):
    why = None
    try:
        run()
    except (AssertionError, Silence, OSError) as e:
        why = f"{type(e).__name__}: {e}"
    print(("ok " if why is None else "not ok ") + what, flush=True)
    if why is not None:
        print(f"   {why}", flush=True)


def try_one(bus, attack, bounded):
    innocent = Innocent(bus)
    innocent.work()  # its own descriptors and buffers are there now
    fds, pid = bus.fds(), bus.pid
    bus.peak = 0
    with attack():
        innocent.work()
        bus.look()
    innocent.work()
    assert bus.renew() == pid, "the bus fell"
    assert until(lambda: bus.fds() <= fds), f"{bus.fds()} of {fds} open files"
    assert not bounded or bus.peak < RSS_MAX, f"{bus.peak // MIB} MiB"
    innocent.peer.close()
    innocent.log.close()


def main():
    bus = Bus()
    bounded = os.environ.get("HUYING_BUS_MEMORY") != "0"
    wanted = sys.argv[1:]
    for attack in ATTACKS:
        if not wanted or attack.__name__ in wanted:
            t = time.monotonic()
            show(attack.__doc__.rstrip("."),
                 lambda a=attack: try_one(bus, a, bounded))
            print(f"   {bus.peak // MIB} MiB at most, {time.monotonic() - t:.0f} s")
    if bounded and not wanted:
        calm = until(lambda: bus.look() < CALM)
        show(f"and back to normal: {bus.look() // MIB} MiB", lambda: check(
            calm, "not yet"))
    if bounded and (not wanted or "fall" in wanted):
        show(fall.__doc__, lambda: fall(bus))
        print(f"   {bus.peak // MIB} MiB at most")


if __name__ == "__main__":
    main()
