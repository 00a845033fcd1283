#!/usr/bin/python3
"""A publisher: CLIENT RATE FILE [REPORTS].

Open loop at RATE events a second while fewer than WINDOW are unanswered.  It
follows "Silence" and "Sending again" of docs/protocol.md, may be killed at
any moment, and goes on from its own file.  Some of what it sends is mischief:
late duplicates, its neighbours' events, ids with another body, bad input.
SIGTERM: nothing new, until all is answered.
"""
import os
import signal
import sys
import time

import msgpack

import events
import history
import peer

WINDOW = 400
SILENCE_S = 6
AGAIN_S = 1
MISCHIEF = 1 << 40  # numbers from here on are repeats of others


class Publisher:
    def __init__(self, client, rate, path, reports):
        self.seed = int(os.environ["CHAOS_SEED"])
        self.client, self.rate, self.reports = client, rate, reports
        self.path = path
        self.waiting = {}   # op -> event
        self.again = {}     # op -> when to send it again
        self.n_ok = 0
        self.op = 0
        self.tricks = MISCHIEF
        self.stopping = False
        self.sock = None
        self.recover()
        self.out = history.Writer(path, self.seed, client)
        self.count = open(path + ".count", "w", encoding="ascii")

    def make(self, op, client=None):
        return events.make(self.seed, client or self.client, op, self.reports)

    def recover(self):
        """What an earlier life of this client has not heard the end of."""
        if not os.path.exists(self.path):
            return
        open_ops = {}
        for kind, op, source, ident, *_ in history.lines(self.path):
            if kind == "invoke":
                open_ops[op] = (source, ident)
            elif kind != "info":
                open_ops.pop(op, None)
                self.n_ok += kind == "ok"
            if op >= MISCHIEF:
                self.tricks = max(self.tricks, op + 1)
            else:
                self.op = max(self.op, op + 1)
        now = time.monotonic()
        for op in open_ops:
            if op < MISCHIEF:
                self.waiting[op] = self.make(op)
                self.again[op] = now

    def connect(self):
        if self.sock is not None:
            self.sock.close()
        self.sock = peer.connect("publish")
        peer.send(self.sock, [b"HELLO", b"1", self.client.encode()])
        self.heard = time.monotonic()
        for op, event in self.waiting.items():
            self.out.put("info", op, event, status="SILENCE")
            self.again[op] = self.heard

    def send(self, op, event):
        frames = [b"PUB", b"%d" % op, event.bytes]
        if event.part:
            frames += [b"open", event.part]
        self.out.put("invoke", op, event)
        self.batch.append(frames)

    def flush(self):
        """First on paper, then on the wire."""
        self.out.flush()
        for frames in self.batch:
            peer.send(self.sock, frames)
        self.batch.clear()

    def trick(self):
        """An old event again, mine or a neighbour's, or another body."""
        if self.op < 50:
            return
        dice = events.Dice(self.seed, self.client, self.tricks)
        which = dice(10)
        event = self.make(dice(self.op), "pub0" if which > 6 else None)
        if which < 3:
            event = events.other_body(event)
        op, self.tricks = self.tricks, self.tricks + 1
        self.waiting[op] = event
        self.send(op, event)

    def produce(self, due):
        """Sends what is due, and what is to be sent again."""
        now = time.monotonic()
        for op in [op for op, at in self.again.items() if at <= now]:
            del self.again[op]
            if op in self.waiting:
                self.send(op, self.waiting[op])
        while due > 0 and len(self.waiting) < WINDOW and not self.stopping:
            due -= 1
            event = self.make(self.op)
            self.waiting[self.op] = event
            self.send(self.op, event)
            self.op += 1
            if self.op % 40 == 0:
                self.trick()
        self.flush()

    def answer(self, frames):
        self.heard = time.monotonic()
        word, body = frames[0], frames[-1]
        if word not in (b"ACK", b"NAK", b"UNKNOWN") or not frames[1]:
            return
        op = int(frames[1])
        event = self.waiting.get(op)
        if event is None:
            return
        told = msgpack.unpackb(body)
        if word == b"ACK":
            self.out.put("ok", op, event, told["seq"], told["epoch"],
                         told["status"])
            self.n_ok += 1
            del self.waiting[op]
        elif word == b"NAK":
            self.out.put("fail", op, event, status=told["code"])
            if told["retry"] == "never":
                del self.waiting[op]
            else:
                self.again[op] = self.heard + max(
                    AGAIN_S, told.get("retry_after_ms", 0) / 1000)
        else:
            self.out.put("info", op, event, status=told["code"])
            self.again[op] = self.heard + AGAIN_S

    def listen(self, ms):
        if self.sock.poll(ms):
            for _ in range(1000):
                try:
                    frames = self.sock.recv_multipart(peer.zmq.NOBLOCK)
                except peer.zmq.Again:
                    break
                self.answer(frames)
        elif self.waiting and time.monotonic() - self.heard > SILENCE_S:
            self.connect()
        elif not self.waiting:
            self.heard = time.monotonic()

    def run(self):
        self.batch = []
        self.connect()
        last, due, told_at = time.monotonic(), 0.0, 0
        while not self.stopping or self.waiting:
            now = time.monotonic()
            due = min(due + (now - last) * self.rate, self.rate / 10 + 1)
            last = now
            whole = int(due)
            due -= whole
            self.produce(whole)
            self.listen(5)
            if now - told_at > 0.5:
                told_at = now
                self.tell()
        self.out.flush()
        self.tell()

    def tell(self):
        self.count.seek(0)
        self.count.write(f"{self.n_ok:12d} {len(self.waiting):6d}\n")
        self.count.flush()

    def stop(self, *_):
        self.stopping = True


def main():
    client, rate, path = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    p = Publisher(client, rate, path,
                  int(sys.argv[4]) if len(sys.argv) > 4 else 2)
    signal.signal(signal.SIGTERM, p.stop)
    p.run()


main()
