"""Peers that come over TCP with a key; pyzmq alone, none of our own code."""
import os
import subprocess

import msgpack
import zmq
import zmq.auth

from peer import CONTEXT, Peer

HOST = os.environ.get("HUYING_TCP", "127.0.0.1")
HUYING = os.environ.get("HUYING", "huying")


def tcp(endpoint):
    return os.environ[f"HUYING_{endpoint.upper()}_TCP"]


class Key:
    """A key file of huying key new, read as CZMQ's certificates are."""

    def __init__(self, path):
        self.path = path
        self.public, self.secret = zmq.auth.load_certificate(path)
        self.server = server_of(path)


def server_of(path):
    with open(path, encoding="ascii") as file:
        for line in file:
            name, _, value = line.strip().partition(" = ")
            if name == "server-key":
                return value.strip('"').encode()
    raise ValueError(f"{path} names no server-key")


class Stranger:
    """A key that nobody registered, for a bus that one knows of."""

    def __init__(self, known):
        self.public, self.secret = zmq.curve_keypair()
        self.server = known.server


def connect(kind, key, endpoint):
    """KEY None: without CURVE."""
    sock = CONTEXT.socket(kind)
    sock.linger = 0
    if key is not None:
        sock.curve_publickey = key.public
        sock.curve_secretkey = key.secret
        sock.curve_serverkey = key.server
    sock.connect(tcp(endpoint))
    return sock


class Keyed(Peer):
    """A Peer over TCP."""

    def __init__(self, endpoint, key):
        self.key = key
        super().__init__(endpoint)

    def renew(self):
        self.close()
        self.sock = connect(zmq.DEALER, self.key, self.endpoint)


def key(*words, check=True):
    """huying key WORDS; its output."""
    done = subprocess.run([HUYING, "key", *words], capture_output=True,
                          text=True, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"key {words}: {done.stderr}")
    return done


def new(folder, name, *words):
    path = f"{folder}/{name}.key"
    key("new", name, *words, "--out", path)
    return Key(path)


def pack(**options):
    return msgpack.packb(options)
