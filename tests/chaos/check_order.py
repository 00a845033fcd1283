"""One order for everybody: I5, and the cursors of I6."""


def read(path):
    """Lines of a reader: ("cut", first) or ("event", seq, epoch, digest,
    prev); what a kill cut short is left out."""
    with open(path, encoding="ascii") as f:
        for line in f:
            words = line.split()
            if not line.endswith("\n") or not words:
                continue
            if words[0] == "cut":
                yield "cut", int(words[1])
            elif words[0].isdigit() and len(words) == 5:
                yield ("event", int(words[0]), int(words[1]),
                       int(words[2], 16), int(words[4]))


class Reader:
    """Every event in order, none twice; of a log reader, none missing:
    WANTED holds the seqs that it must have seen, or is None."""

    def __init__(self, e, name, journal, wanted, v):
        self.e, self.name, self.journal, self.v = e, name, journal, v
        self.wanted, self.at = wanted, 0
        self.last = self.epoch = self.n = 0

    def take(self, seq, epoch, digest, prev):
        self.n += 1
        if seq <= self.last and not (epoch > self.epoch and
                                     self.e.cut_off(self.last, self.epoch)):
            self.v.fault("I5", "order_break", f"{self.name}: {seq} after "
                         f"{self.last}")
        self.last, self.epoch = seq, epoch
        if self.e.cut_off(seq, epoch):
            return
        if seq > self.journal.head or self.journal.exact[seq] != digest:
            self.v.fault("I5", "order_break", f"{self.name}: other bytes at "
                         f"{seq}")
        elif self.wanted is None and len(self.e.epochs) == 1 and \
                prev != self.journal.prev[seq]:
            self.v.fault("I5", "hole_hidden", f"{self.name}: {prev} before "
                         f"{seq}, not {self.journal.prev[seq]}")
        if self.wanted is not None:
            due = self.wanted[self.at] if self.at < len(self.wanted) else 0
            if due != seq:
                self.v.fault("I5", "missing", f"{self.name}: {seq} instead "
                             f"of {due}")
            self.at += due <= seq

    def end(self):
        if self.wanted is not None and self.at < len(self.wanted):
            self.v.fault("I5", "missing", f"{self.name}: nothing after "
                         f"{self.last}")
        return self.n


def check_reader(e, name, path, journal, wanted, v):
    r = Reader(e, name, journal, wanted, v)
    for what, *rest in read(path):
        if what == "event":
            r.take(*rest)
    return r.end()


TOPICS = {"log0": (), "log1": ("command.", "deadline.", "casefile.")}


def wanted_of(e, journal, topics):
    if not topics:
        return range(1, journal.head + 1)
    return [r.seq for r in e.rows() if r.type.startswith(topics)]


def check_cursors(e, v):
    """Samples of a second each, of one line of history: never back, never
    beyond the head."""
    last, before = {}, None
    for path in e.files("history/samples"):
        with open(path, encoding="ascii") as f:
            for line in f:
                if not line.endswith("\n"):
                    continue
                line_id, head, *cursors = line.split()
                if line_id != before:
                    last, before = {}, line_id
                for c in cursors:
                    service, slot, seq = c.split(":")
                    seq = int(seq)
                    if seq < last.get((service, slot), 0):
                        v.fault("I6", "cursor_back", f"{service} {slot}: "
                                f"{seq}")
                    if seq > int(head):
                        v.fault("I6", "cursor_ahead", f"{service} {slot}: "
                                f"{seq} > {head}")
                    last[service, slot] = seq


def check(e, journal, v):
    v.faults("I5", "order_break", journal.order)
    v.figures["read"] = {}
    for name, path in e.readers():
        wanted = None
        if name in TOPICS:
            wanted = wanted_of(e, journal, TOPICS[name])
        v.figures["read"][name] = check_reader(
            e, name, path, journal, wanted, v)
    if not v.figures["read"].get("log0"):
        v.unproven.append("no reader of the log saw anything")
    check_cursors(e, v)
