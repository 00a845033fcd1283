"""A DEALER on one endpoint of the bus, as docs/protocol.md has it."""
import os

import zmq
import zmq.auth

CONTEXT = zmq.Context()


def endpoint(name):
    """Where the bus is: HUYING_PUBLISH and so on, or below HUYING_RUN."""
    return (os.environ.get(f"HUYING_{name.upper()}") or
            f"ipc://{os.environ['HUYING_RUN']}/{name}")


def secure(sock):
    """Our key, and the bus's: HUYING_KEY is a file of huying key new."""
    path = os.environ["HUYING_KEY"]
    sock.curve_publickey, sock.curve_secretkey = \
        zmq.auth.load_certificate(path)
    with open(path, encoding="ascii") as f:
        for line in f:
            name, _, value = line.strip().partition(" = ")
            if name == "server-key":
                sock.curve_serverkey = value.strip('"').encode()


def send(sock, frames):
    """Without waiting; False when it did not go out.  What matters is sent
    again on silence."""
    try:
        sock.send_multipart(frames, zmq.NOBLOCK)
        return True
    except zmq.Again:
        return False


def connect(name, kind=zmq.DEALER, hwm=2000):
    sock = CONTEXT.socket(kind)
    sock.linger = 0
    sock.sndhwm = sock.rcvhwm = hwm
    if endpoint(name).startswith("tcp://"):
        secure(sock)
    sock.connect(endpoint(name))
    return sock
