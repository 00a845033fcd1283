#!/usr/bin/python3
"""
Bytes that are no ZMTP, on the bus's TCP ports: HTTP, noise, greetings that
stop half-way, a hundred at once.  Beside them a client with a key publishes;
it must be answered as if they were not there.  Arguments: its key file, its
source.
"""
import random
import socket
import sys

sys.dont_write_bytecode = True  # leave the folder as it is

import msgpack

from keyed import Key, Keyed, tcp
from peer import report

CROWD = 100
SEED = 5
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01"
CURVE = GREETING + b"CURVE".ljust(20, b"\0") + bytes(32)


def chunks():
    noise = random.Random(SEED)
    return [b"GET / HTTP/1.1\r\nHost: bus\r\n\r\n", b"", b"\0" * 4096,
            noise.randbytes(65536), GREETING[:5], GREETING, CURVE[:40], CURVE,
            CURVE + noise.randbytes(500),
            CURVE + b"\x04\xc8\x05HELLO" + bytes(194),
            GREETING + b"NULL".ljust(20, b"\0") + bytes(32),
            b"\x01\x00" * 2000, b"\xff\x00\x00\x00\x00\x7f\xff\xff\xff\x7f"]


def strangers():
    """CROWD connections that are left open, over all four ports."""
    ports = [int(tcp(e).rsplit(":", 1)[1])
             for e in ("publish", "live", "log", "ring")]
    many, open_ = chunks(), []
    for n in range(CROWD):
        sock = socket.create_connection(("127.0.0.1", ports[n % 4]), 10)
        try:
            sock.sendall(many[n % len(many)])
        except OSError:
            pass  # turned away before it was done
        open_.append(sock)
    return open_


def main():
    peer = Keyed("publish", Key(sys.argv[1]))
    crowd = strangers()
    for _ in range(20):
        env = msgpack.packb(report(source=sys.argv[2]))
        answer = peer.ask(b"PUB", b"1", env)
        if answer[0] != b"ACK":
            print(answer)
            return 1
    late = Keyed("publish", Key(sys.argv[1]))
    answer = late.ask(b"HELLO", b"1")
    for sock in crowd:
        sock.close()
    return 0 if answer[0] == b"READY" else 1


if __name__ == "__main__":
    sys.exit(main())
