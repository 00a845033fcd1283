"""Following the log as docs/protocol.md has it, over any interruption."""
import time

import msgpack

import peer

SILENCE_S = 6
CREDIT = 2000


class Tail:
    """Every event from NEXT on, each once, whatever becomes of the bus."""

    def __init__(self, first, stop, **options):
        self.next = first
        self.stop = stop          # a function: is it time to leave?
        self.options = options
        self.sock = None
        self.opens = 0
        self.epoch = 0
        self.head = 0
        self.on_cut = lambda first: None

    def open(self):
        if self.sock is not None:
            self.sock.close()
        self.sock = peer.connect("log", hwm=2 * CREDIT)
        self.opens += 1
        self.name = b"chaos%d" % self.opens
        peer.send(self.sock, [b"OPEN", self.name, msgpack.packb(
            dict(self.options, **{"from": self.next}, follow=True,
                 credit=CREDIT, **({"epoch": self.epoch} if self.epoch
                                   else {})))])
        self.owed = 0
        self.heard = time.monotonic()

    def frames(self):
        """Frames of this reader, or None when nothing came for a moment."""
        if not self.sock.poll(100):
            if time.monotonic() - self.heard > SILENCE_S:
                self.open()
            return None
        frames = self.sock.recv_multipart()
        self.heard = time.monotonic()
        return frames if frames[1:2] == [self.name] else None

    def events(self):
        """Yields (seq, its epoch, envelope); None three times now and then."""
        self.open()
        while not self.stop():
            frames = self.frames()
            if frames is None:
                yield None, None, None
                continue
            told = msgpack.unpackb(frames[2])
            if frames[0] == b"EVENT":
                self.next = told["seq"] + 1
                yield told["seq"], told["epoch"], frames[3]
                self.pay()
            elif frames[0] == b"ERR":
                if told.get("code") == "EPOCH":
                    self.cut(told)
                time.sleep(0.2)
                self.open()
            else:
                self.beat(told)
                yield None, None, None

    def pay(self):
        self.owed += 1
        if self.owed >= CREDIT // 2 and peer.send(
                self.sock, [b"CREDIT", self.name, str(self.owed).encode()]):
            self.owed = 0

    def beat(self, told):
        """A heartbeat says how far I am served, and in which history."""
        self.head = told["head"]
        self.epoch = told["epoch"]

    def cut(self, told):
        """History was cut: what I hold from there on is void."""
        self.epoch = told["epoch"]
        self.next = min(self.next, told["from_seq"])
        self.on_cut(self.next)
