"""A DEALER on one endpoint of the bus, as docs/protocol.md has it."""
import os

import zmq

CONTEXT = zmq.Context()


def endpoint(name):
    """Where the bus is: HUYING_PUBLISH and so on, or below HUYING_RUN."""
    return (os.environ.get(f"HUYING_{name.upper()}") or
            f"ipc://{os.environ['HUYING_RUN']}/{name}")


def secure(sock):
    """CURVE keys, when the world gave some."""
    server = os.environ.get("CHAOS_SERVER_KEY")
    if server:
        sock.curve_serverkey = server.encode()
        sock.curve_publickey = os.environ["CHAOS_PUBLIC_KEY"].encode()
        sock.curve_secretkey = os.environ["CHAOS_SECRET_KEY"].encode()


def connect(name, kind=zmq.DEALER, hwm=2000):
    sock = CONTEXT.socket(kind)
    sock.linger = 0
    sock.sndhwm = sock.rcvhwm = hwm
    secure(sock)
    sock.connect(endpoint(name))
    return sock
