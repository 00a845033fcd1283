"""An independent peer of the bus: pyzmq and msgpack, none of our own code."""
import os
import subprocess
import uuid

import msgpack
import zmq

RUN = os.environ.get("HUYING_RUN", "/run/huying")
DB = os.environ.get("HUYING_DB")
DIVISION = os.environ.get("HUYING_DIVISION", "330122109")
SERVICES = ("/bus", "/intake", "/dispatcher", "/enforcement", "/mediation",
            "/scoring", "/registry", "/clock", "/vault")
WAIT_MS = 5000
CONTEXT = zmq.Context()
# A peer that was turned away has nobody to send to, ever: it must not wait.
CONTEXT.sndtimeo = WAIT_MS


class Silence(Exception):
    """The bus did not answer in time."""


class Peer:
    """One DEALER on one endpoint; every question is a list of frames."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.sock = None
        self.renew()

    def renew(self):
        self.close()
        self.sock = CONTEXT.socket(zmq.DEALER)
        self.sock.linger = 0
        self.sock.connect(f"ipc://{RUN}/{self.endpoint}")

    def close(self):
        if self.sock is not None:
            self.sock.close()

    def send(self, *frames):
        self.sock.send_multipart(list(frames))

    def receive(self, wait_ms=WAIT_MS):
        if not self.sock.poll(wait_ms):
            raise Silence(f"{self.endpoint}: nothing within {wait_ms} ms")
        return self.sock.recv_multipart()

    def ask(self, *frames):
        self.send(*frames)
        return self.receive()

    def rest(self):
        """Everything that comes before the answer to a PING."""
        self.send(b"PING")
        seen = []
        while True:
            frames = self.receive()
            if frames == [b"PONG"]:
                return seen
            seen.append(frames)


def report(changes=None, **attributes):
    """A good envelope around report.submit; None takes something out."""
    env = {"specversion": "1.0", "id": str(uuid.uuid4()),
           "source": "/test/peer", "type": "report.submit",
           "division": DIVISION,
           "data": {"channel": "hotline", "summary": "东门路灯不亮"}}
    env["data"].update(changes or {})
    env["data"] = {k: v for k, v in env["data"].items() if v is not None}
    env.update(attributes)
    return {k: v for k, v in env.items() if v is not None}


def options(frames, at=2):
    return msgpack.unpackb(frames[at])


def read_log(first, last=None):
    """(header, envelope) of every event from FIRST on to the head."""
    peer = Peer("log")
    peer.send(b"OPEN", b"read", msgpack.packb({"from": first}))
    events = []
    while True:
        frames = peer.receive()
        if frames[0] == b"END":
            break
        if frames[0] == b"EVENT":
            events.append((options(frames), msgpack.unpackb(frames[3])))
            peer.send(b"CREDIT", b"read", b"1")
        if frames[0] == b"ERR":
            raise AssertionError(options(frames))
    peer.close()
    return [e for e in events if last is None or e[0]["seq"] <= last]


def sql(query):
    """One row, as psql prints it; needs HUYING_DB."""
    done = subprocess.run(["psql", "-XAtq", "-d", DB, "-c", query],
                          capture_output=True, text=True, check=True)
    return done.stdout.strip().split("|")
