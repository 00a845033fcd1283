"""Figures that only an awkward client brings about.

    counted.py SOCKET      where the bus answers /metrics
"""
import socket
import sys
import time

import msgpack

from peer import Peer, report


def metrics(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(5)
        s.connect(path)
        s.sendall(b"GET /metrics HTTP/1.0\r\nHost: bus\r\n\r\n")
        text = b""
        while part := s.recv(65536):
            text += part
    return text.decode().splitlines()


def seen(path, row):
    for _ in range(50):
        if row in metrics(path):
            return True
        time.sleep(0.1)
    return False


def main(path):
    publisher, reader = Peer("publish"), Peer("log")
    publisher.ask(b"PUB", b"1", msgpack.packb(report(type="no.such")))
    reader.send(b"OPEN", b"slow", msgpack.packb({"from": 1, "follow": True, "credit": 1}))
    reader.receive()
    for what, row in (
            ("a publish that is refused is counted by its code",
             'huying_refusals_total{code="UNKNOWN_TYPE"} 1'),
            ("a reader without credit is a slow one",
             'huying_log_readers{state="stalled"} 1')):
        print(f"{'ok' if seen(path, row) else 'not ok'} {what}")
    reader.send(b"CREDIT", b"slow", b"100000")
    good = seen(path, 'huying_log_readers{state="current"} 1')
    print(f"{'ok' if good else 'not ok'} with credit it gets all there is")


main(*sys.argv[1:])
