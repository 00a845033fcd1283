"""Reading what dump.py left: nothing is judged here."""
import csv
import glob
import hashlib
import json
import os
import re
import struct
from array import array

import events
import history

SERVICES = ("intake", "dispatcher", "enforcement", "mediation", "scoring")


def key_of(source, ident):
    """One number for (source, id)."""
    return int.from_bytes(hashlib.blake2b(
        f"{source}\0{ident}".encode(), digest_size=8).digest(), "big")


def short(digest):
    """The first 16 hex digits as a number."""
    return int(digest[:16], 16)


def copied(path):
    """Rows of a file in PostgreSQL's binary COPY format, fields as bytes."""
    with open(path, "rb") as f:
        if f.read(11) != b"PGCOPY\n\xff\r\n\0":
            raise ValueError(f"{path}: no binary copy")
        f.read(4)
        f.read(struct.unpack("!i", f.read(4))[0])
        while True:
            n = struct.unpack("!h", f.read(2))[0]
            if n < 0:
                return
            row = []
            for _ in range(n):
                size = struct.unpack("!i", f.read(4))[0]
                row.append(f.read(size) if size >= 0 else None)
            yield row


def number(raw):
    return int.from_bytes(raw, "big", signed=True)


class Row:
    __slots__ = ("seq", "epoch", "at", "slot", "source", "id", "type",
                 "subject", "division", "envelope")

    def __init__(self, raw):
        self.seq, self.epoch, self.at, self.slot = map(number, raw[:4])
        (self.source, self.id, self.type, self.subject,
         self.division) = (x.decode() for x in raw[4:9])
        self.envelope = raw[9]


class Evidence:
    def __init__(self, place):
        self.place = place
        with open(os.path.join(place, "about.json"), encoding="ascii") as f:
            self.about = json.load(f)
        self.cursor = {(s, int(n)): int(q) for s, n, q in self.tsv("cursor")}
        self.parked = [(s, int(q), c, why)
                       for s, q, c, why in self.tsv("parked")]
        self.dropped = {(s, int(q)) for s, q in self.tsv("dropped")}
        self.epochs = [(int(e), int(q), why)
                       for e, q, why in self.tsv("epoch")]
        self.now = float(next(iter(self.tsv("now")))[0])
        self.owner = owners(self.about["tree"])

    def tsv(self, name):
        with open(os.path.join(self.place, name + ".tsv"),
                  encoding="utf-8") as f:
            yield from csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE)

    def rows(self):
        """The journal, in order of seq."""
        return map(Row, copied(os.path.join(self.place, "event.bin")))

    def keys(self):
        for source, ident, seq, _ in copied(
                os.path.join(self.place, "key.bin")):
            yield source.decode(), ident.decode(), number(seq)

    def cut_off(self, seq, epoch):
        """Whether a later epoch announced that SEQ of EPOCH may be gone."""
        return any(e > epoch and first <= seq for e, first, _ in self.epochs)

    def files(self, pattern):
        return sorted(glob.glob(os.path.join(self.place, pattern)))

    def histories(self):
        """(client, lines) of each client that publishes."""
        for path in self.files("history/*"):
            name = os.path.basename(path)
            if name == "desk" or re.fullmatch(r"(pub|burst)\d+", name):
                yield name, history.lines(path)

    def readers(self):
        for path in self.files("history/*"):
            name = os.path.basename(path)
            if re.fullmatch(r"(log|live)\d+", name):
                yield name, path


def owners(tree):
    """{type: (kind, service)} as schemas/events has it."""
    found = {}
    for path in glob.glob(os.path.join(tree, "schemas/events/*.def")):
        with open(path, encoding="utf-8") as f:
            for kind in re.findall(
                    r'^MSG\(\w+, "([^"]+)", \d+, (\w+), (\w+),', f.read(),
                    re.M):
                found[kind[0]] = kind[1:]
    return found


class Journal:
    """What of the journal is needed to look things up."""

    def __init__(self, evidence):
        self.seq_of = {}         # key -> seq
        self.digest = array("Q", [0])   # by seq: expected bytes of a client
        self.exact = array("Q", [0])    # by seq: the bytes themselves
        self.at = array("q", [0])
        self.prev = array("q", [0])     # the last one of the same type
        self.last_of = {}
        self.order = []          # what is wrong with the numbering
        self.twice = []
        for row in evidence.rows():
            self.take(row)
        self.head = len(self.at) - 1

    def take(self, row):
        if row.seq != len(self.at):
            self.order.append(f"seq {row.seq} after {len(self.at) - 1}")
            while len(self.at) < row.seq:
                for a in (self.digest, self.exact, self.at, self.prev):
                    a.append(0)
            if row.seq < len(self.at):
                return
        if row.at < self.at[-1]:
            self.order.append(f"time runs back at {row.seq}")
        key = key_of(row.source, row.id)
        if key in self.seq_of:
            self.twice.append(f"{row.source} {row.id}: {self.seq_of[key]} "
                              f"and {row.seq}")
        self.seq_of.setdefault(key, row.seq)
        self.at.append(row.at)
        self.prev.append(self.last_of.get(row.type, 0))
        self.last_of[row.type] = row.seq
        self.exact.append(short(hashlib.sha256(row.envelope).hexdigest()))
        self.digest.append(short(events.stored_digest(row.envelope)))
