"""One order for everybody: I5, and the cursors of I6."""


def read(path):
    """Lines of a reader: ("open", first) or ("event", seq, epoch, digest);
    what a kill cut short is left out."""
    with open(path, encoding="ascii") as f:
        for line in f:
            words = line.split()
            if not line.endswith("\n") or not words:
                continue
            if words[0] == "open":
                yield "open", int(words[1])
            elif words[0].isdigit() and len(words) == 4:
                yield "event", int(words[0]), int(words[1]), int(words[2], 16)


def check_reader(name, path, journal, wanted, v):
    """Every event in order, none twice; of a log reader, none missing:
    WANTED yields the seqs that it must have seen, or is None."""
    last, n = 0, 0
    for what, *rest in read(path):
        if what == "open":
            continue
        seq, epoch, digest = rest
        n += 1
        if seq <= last and epoch == 1:
            v.fault("I5", "order_break", f"{name}: {seq} after {last}")
        if seq > journal.head or journal.exact[seq] != digest:
            v.fault("I5", "order_break", f"{name}: other bytes at {seq}")
        if wanted is not None:
            due = next(wanted, None)
            if due != seq:
                v.fault("I5", "missing", f"{name}: {seq} instead of {due}")
                return n
        last = seq
    if wanted is not None and next(wanted, None) is not None:
        v.fault("I5", "missing", f"{name}: nothing after {last}")
    return n


TOPICS = {"log0": (), "log1": ("command.", "deadline.", "casefile.")}


def wanted_of(e, journal, topics):
    if not topics:
        return iter(range(1, journal.head + 1))
    return iter([r.seq for r in e.rows() if r.type.startswith(topics)])


def check_cursors(e, v):
    """Samples of a second each: never back, never beyond the head."""
    last = {}
    for path in e.files("history/samples"):
        with open(path, encoding="ascii") as f:
            for line in f:
                if not line.endswith("\n"):
                    continue
                head, *cursors = line.split()
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
        v.figures["read"][name] = check_reader(name, path, journal, wanted, v)
    if not v.figures["read"].get("log0"):
        v.unproven.append("no reader of the log saw anything")
    check_cursors(e, v)
