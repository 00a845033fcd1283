"""Stands in for systemd: writes down who says what at NOTIFY_SOCKET.

    notified.py SOCKET OUT

Each line of OUT is "PID WORDS", words of one message with blanks between.
Ends when SOCKET is gone.
"""
import os
import socket
import struct
import sys


def main(path, out):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    sock.bind(path)
    sock.settimeout(1)
    with open(out, "w", buffering=1) as f:
        while os.path.exists(path):
            try:
                words, about, _, _ = sock.recvmsg(4096, 256)
            except TimeoutError:
                continue
            pid = next(struct.unpack("3i", data[:12])[0]
                       for level, kind, data in about
                       if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS))
            f.write(f"{pid} {' '.join(words.decode().split())}\n")


main(*sys.argv[1:])
