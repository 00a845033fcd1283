#!/usr/bin/python3
"""
What strangers may send to the bus, and what it must say.

For every row of the table: one answer and no second one, with the expected
code and the expected field, nothing stored, and a good publish goes through
right behind it.  Needs a running bus (HUYING_RUN) with a county loaded; with
HUYING_DB it also looks into the tables.
"""
import sys

import msgpack

sys.dont_write_bytecode = True  # leave the folder as it is

import bad_bytes
import bad_events
import bad_fields
import bad_log
import bad_page
from peer import DB, SERVICES, Peer, Silence, options, read_log, report, sql

ECHO_MAX = 32  # bytes of a publish's number that come back


class Journal:
    """What outsiders have stored since the last look."""

    def __init__(self):
        peer = Peer("publish")
        self.mark = options(peer.ask(b"HELLO", b"1"), 1)["head"]
        peer.close()

    def stored(self):
        """Ids of new events by outsiders, and all their sealed parts."""
        if DB is None:
            new = read_log(self.mark + 1)
            self.mark += len(new)
            return [e["id"] for _, e in new if e["source"] not in SERVICES], 0
        known = ",".join(f"'{s}'" for s in SERVICES)
        head, ids, boxes = sql(
            "SELECT max(seq), string_agg(id, ' ' ORDER BY seq) FILTER"
            f" (WHERE source NOT IN ({known})), (SELECT count(*) FROM"
            " vault.sealed WHERE source LIKE '/test/%')"
            f" FROM journal.event WHERE seq > {self.mark}")
        self.mark = int(head or self.mark)
        return ids.split(), int(boxes)


def wrong_answer(case, frames):
    """Why FRAMES is not the answer to CASE; None when it is."""
    body = options(frames, len(frames) - 1)
    if case.number is not None and frames[1] != case.number[:ECHO_MAX]:
        return f"number {frames[1]!r}"
    if case.code in ("stored", "duplicate"):
        right = frames[0] == b"ACK" and body["status"] == case.code
        return None if right else f"{body}"
    if frames[0] not in (b"NAK", b"ERR"):
        return f"{frames[0].decode()} {body}"
    if body["code"] not in case.code.split("|"):
        return f"{body}"
    if case.field is not None and body.get("field") != case.field:
        return f"field {body.get('field')!r}: {body['reason']}"
    if frames[0] == b"NAK" and (body["stored"] or body["retry"] != "never"):
        return f"{body}"
    for name in case.named:
        if f"{name}: " not in body["reason"]:
            return f"{name} is not named in: {body['reason']}"
    for secret in case.secrets:
        if secret in str(body):
            return f"the value comes back: {body['reason']}"
    return None


def answered(peer, case):
    """Sends every variant of CASE; why one went wrong, or None."""
    for frames in case.variants:
        try:
            why = wrong_answer(case, peer.ask(*frames))
            more = peer.rest()
        except (Silence, ValueError, KeyError, IndexError) as e:
            peer.renew()
            why, more = f"{type(e).__name__}: {e}", []
        if why or more:
            return why or f"a second answer: {more}"
    return None


def good(peer):
    env = report()
    answer = peer.ask(b"PUB", b"good", msgpack.packb(env))
    return env["id"], answer[0] == b"ACK"


def run_publish(peer, journal, case):
    _, boxes = journal.stored()
    why = answered(peer, case)
    if why is not None:
        return why
    good_id, acked = good(peer)
    if not acked:
        return "the good publish behind it was not acknowledged"
    ids, boxes_now = journal.stored()
    want = [good_id]
    if case.code == "stored":
        want = [msgpack.unpackb(case.variants[0][2])["id"], good_id]
        boxes += DB is not None and len(case.variants[0]) > 3
    if ids != want:
        return f"stored {len(ids)} events instead of {len(want)}"
    return "sealed parts were stored" if boxes_now != boxes else None


def show(why, case):
    many = f" x{len(case.variants)}" if len(case.variants) > 1 else ""
    want = f"{case.code} {case.field or ''}".rstrip()
    word = "ok" if why is None else "not ok"
    print(f"{word} {case.group:9} {case.name + many:48} {want}", flush=True)
    if why is not None:
        print(f"       {why}", flush=True)
    return why is None


def spoken(run):
    try:
        return run()
    except (Silence, AssertionError) as e:
        return f"{type(e).__name__}: {e}"


def main():
    publish, journal = Peer("publish"), Journal()
    table = bad_bytes.cases() + bad_fields.cases() + bad_events.cases(publish)
    log, talks = bad_log.cases(), bad_log.conversations()
    results = []
    for case in table:
        results.append(show(run_publish(publish, journal, case), case))
    for case in log:
        results.append(show(answered(Peer("log"), case), case))
    for case, run in talks:
        results.append(show(spoken(run), case))
    for case, why in bad_page.results(table + log + [t[0] for t in talks]):
        results.append(show(why, case))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) and results else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Silence as e:
        print(f"not ok {e}\n0 passed, 1 failed")
        sys.exit(1)
