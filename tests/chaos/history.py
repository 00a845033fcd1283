"""A client's own record of what it asked and what it was told.

One file a client, lines of tab-separated fields, appended and handed to the
kernel before anything is sent: a client killed in the middle leaves no event
behind that its file does not know.

    # chaos RUN CLIENT
    KIND OP MONO_NS WALL_NS SOURCE ID DIGEST SEQ EPOCH STATUS

KIND is invoke, ok (the bus acknowledged), fail (the bus refused: not stored)
or info (perhaps).  DIGEST is the SHA-256 of the bytes that the journal must
hold, see events.py.  SEQ, EPOCH and STATUS are empty where they do not apply;
STATUS is stored, duplicate, or the code of the refusal.
"""
import os
import time


class Writer:
    """Appends to one client's file; flush() before sending."""

    def __init__(self, path, run, client):
        fresh = not os.path.exists(path)
        self.file = open(path, "a", encoding="ascii", buffering=1 << 20)
        if fresh:
            self.file.write(f"# chaos {run} {client}\n")
            self.file.flush()

    def put(self, kind, op, event, seq="", epoch="", status=""):
        self.file.write(f"{kind}\t{op}\t{time.monotonic_ns()}\t"
                        f"{time.time_ns()}\t{event.source}\t{event.id}\t"
                        f"{event.digest}\t{seq}\t{epoch}\t{status}\n")

    def flush(self):
        self.file.flush()


def lines(path):
    """(kind, op, source, id, digest, seq, epoch, status) of each line; SEQ and
    EPOCH are 0 where there are none.  A line that a kill cut short is left
    out."""
    with open(path, encoding="ascii") as f:
        for line in f:
            if line[0] in "#\n" or not line.endswith("\n"):
                continue
            words = line[:-1].split("\t")
            if len(words) != 10:
                continue
            kind, op, _, _, source, ident, digest, seq, epoch, status = words
            yield (kind, int(op), source, ident, digest, int(seq or 0),
                   int(epoch or 0), status)
