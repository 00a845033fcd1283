"""What publishers were told against what the journal holds: I1 I2 I3 I10."""
from evidence import key_of, short

class Attempt:
    """One (source, id, bytes) over all its tries."""

    __slots__ = ("seq", "epoch", "tries", "refused", "told")

    def __init__(self):
        self.seq = None      # as acknowledged last
        self.epoch = 0
        self.tries = 0       # how often it was sent
        self.refused = 0     # how often that was answered with a refusal
        self.told = ""       # code of the last refusal


def collect(e, v, figures):
    """{key: {digest: Attempt}} over all clients."""
    tried = {}
    for name, lines in e.histories():
        for kind, op, source, ident, digest, seq, epoch, status in lines:
            a = tried.setdefault(key_of(source, ident), {}).setdefault(
                short(digest), Attempt())
            if kind == "invoke":
                a.tries += 1
            elif kind == "ok":
                figures["duplicate_acks"] += status == "duplicate"
                acknowledged(e, v, f"{name} {op}", a, seq, epoch)
            elif kind == "fail":
                a.refused += 1
                a.told = status
                figures["refused"] += 1
            else:
                figures["unknown_answers"] += 1
    return tried


def acknowledged(e, v, who, a, seq, epoch):
    """One seq for all repeats, unless a cut came between."""
    if a.seq not in (None, seq):
        old, new = (a.seq, a.epoch), (seq, epoch)
        if epoch < a.epoch:
            old, new = new, old
        if not e.cut_off(*old):
            v.fault("I3", "two_seqs", f"{who}: acknowledged as {old[0]} and "
                    f"{new[0]}")
        seq, epoch = new
    a.seq, a.epoch = seq, max(epoch, a.epoch)


def judge(e, journal, key, digest, a, v):
    """One attempt against the journal."""
    seq = journal.seq_of.get(key)
    mine = seq is not None and journal.digest[seq] == digest
    if a.seq is not None and not (mine and seq == a.seq):
        if e.cut_off(a.seq, a.epoch):
            v.figures["announced"] += 1
            if not e.about["may_lose"]:
                v.fault("I1", "cut_off", f"acknowledged as {a.seq}, and gone")
        elif seq is None:
            v.fault("I1", "lost", f"acknowledged as {a.seq}")
        elif not mine:
            v.fault("I1", "altered", f"{seq} has other bytes")
        else:
            v.fault("I5", "seq_disagrees", f"acknowledged as {a.seq}, is "
                    f"{seq}")
    elif a.seq is None and mine and a.tries and a.refused >= a.tries:
        v.fault("I10", "refused_but_stored", f"{seq} after {a.told}")


def phantoms(e, journal, tried, v):
    """Rows of clients that none of them sent, and facts without a cause."""
    known = set()
    for row in e.rows():
        if row.source.startswith("/chaos/"):
            mine = tried.get(key_of(row.source, row.id), {})
            if row.source != "/chaos/harness" and \
                    journal.digest[row.seq] not in mine:
                v.fault("I2", "phantom", f"{row.seq} {row.source} {row.id}")
                v.figures["phantom_clients"] += 1
        elif row.source[1:] in ("clock", "registry"):
            pass
        elif row.source[1:] not in ("intake", "dispatcher", "enforcement",
                                    "mediation", "scoring"):
            v.fault("I2", "phantom", f"{row.seq} {row.source} {row.id}")
        known.add(row.id)


def check(e, journal, v):
    figures = v.figures
    figures.update(duplicate_acks=0, refused=0, unknown_answers=0,
                   announced=0, phantom_clients=0)
    tried = collect(e, v, figures)
    figures["attempted"] = sum(len(x) for x in tried.values())
    figures["acknowledged"] = sum(a.seq is not None for x in tried.values()
                                  for a in x.values())
    figures["unknown"] = sum(
        a.seq is None and a.refused < a.tries for x in tried.values()
        for a in x.values())
    figures["other_bodies"] = sum(len(x) > 1 for x in tried.values())
    for key, bodies in tried.items():
        for digest, a in bodies.items():
            judge(e, journal, key, digest, a, v)
    phantoms(e, journal, tried, v)
    v.faults("I3", "duplicate", journal.twice)
    n = 0
    for source, ident, seq in e.keys():
        n += 1
        if journal.seq_of.get(key_of(source, ident)) != seq:
            v.fault("I3", "key_disagrees", f"{source} {ident} {seq}")
    if n != len(journal.seq_of):
        v.fault("I3", "key_disagrees", f"{n} keys, {len(journal.seq_of)} "
                "events")
