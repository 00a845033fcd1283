"""Promises of live and log, tried by a client that is not ours."""
import os
import signal
import subprocess
import time

import msgpack
import zmq

from peer import CONTEXT, RUN, Peer, Silence, options, report, sql

VAR = os.environ["HUYING_VAR"]
HUYING = os.path.join(os.getcwd(), "build/bin/huying")


def ok(what, good, detail=""):
    print(("ok " if good else "not ok ") + what, flush=True)
    if not good:
        print("  ", detail)


def huying(*args):
    return subprocess.run([HUYING, *args], capture_output=True, text=True,
                          check=False)


def publish(peer, envelopes):
    """Sends all, 500 at a time, then the answers in order of sending."""
    answers = []
    for at in range(0, len(envelopes), 500):
        part = envelopes[at:at + 500]
        for n, env in enumerate(part):
            peer.send(b"PUB", str(at + n).encode(), msgpack.packb(env))
        answers += [peer.receive(15000) for _ in part]
    return answers


def head():
    return int(sql("SELECT journal.head()")[0])


def settle():
    """Until the services have worked everything off."""
    for _ in range(300):
        if sql("SELECT run.quiet()")[0] == "t":
            return
        time.sleep(0.1)
    raise AssertionError("the services do not come to rest")


def opened(log, name, **how):
    log.send(b"OPEN", name, msgpack.packb(how))
    while True:  # past what other readers of ours are told meanwhile
        frames = log.receive()
        if frames[0] in (b"BEGIN", b"ERR") and frames[1] == name:
            return frames


def events(log, name, until):
    """Events of NAME until END or the seq UNTIL; (seq, prev) of each."""
    seen = []
    while True:
        frames = log.receive()
        if frames[0] == b"EVENT":
            header = options(frames)
            seen.append((header["seq"], header["prev"]))
            log.send(b"CREDIT", name, b"1")
        if frames[0] == b"END" or (seen and seen[-1][0] >= until):
            return seen


def check_live(pub):
    sub = CONTEXT.socket(zmq.SUB)
    sub.linger = 0
    sub.subscribe(b"report.received/")
    sub.subscribe(b"heartbeat")
    sub.connect(f"ipc://{RUN}/live")
    assert sub.poll(5000)
    publish(pub, [report(id=f"live-{i}") for i in range(40)])
    settle()
    links, last, beats = [], None, 0
    while beats < 2 and sub.poll(5000):
        frames = sub.recv_multipart()
        header = msgpack.unpackb(frames[1])
        if frames[0] == b"heartbeat":
            pairs = dict(zip(header["last"][::2], header["last"][1::2]))
            last = pairs.get("report.received", last)
            beats += len(links) >= 40
        else:
            links.append((header["prev"], header["seq"]))
    sub.close()
    ok("a filtered subscriber sees all of its type",
       len(links) == 40, len(links))
    ok("prev is the last one of this type",
       all(a[1] == b[0] for a, b in zip(links, links[1:])), links)
    ok("the heartbeat tells the last one of each type",
       last == links[-1][1], (last, links[-1]))


def check_cursor():
    log = Peer("log")
    began = opened(log, b"desk", cursor=True, credit=100)
    ok("a named reader begins at the beginning", began[0] == b"BEGIN"
       and options(began)["next"] == 1, began)
    events(log, b"desk", 20)
    log.send(b"CURSOR", b"desk", b"9999999")
    bad = next(f for f in iter(log.receive, None) if f[0] == b"ERR")
    ok("it cannot be further than it was sent",
       options(bad)["code"] == "BAD_FRAME", bad)
    log.send(b"CURSOR", b"desk", b"17")
    log.send(b"CLOSE", b"desk")
    log.rest()
    log.close()
    pid = next(line.split()[1] for line in open(f"{VAR}/pids")
               if line.startswith("bus "))
    os.kill(int(pid), signal.SIGKILL)
    log = Peer("log")
    for _ in range(50):
        try:
            began = opened(log, b"desk", cursor=True)
            break
        except Silence:
            log.renew()
    ok("and goes on behind its place, also after the bus was killed",
       options(began)["next"] == 18, began)
    log.send(b"CURSOR", b"nobody", b"3")
    bad = next(f for f in iter(log.receive, None) if f[0] == b"ERR")
    ok("a place of nobody", options(bad)["code"] == "NOT_OPEN", bad)
    ok("a reader without a name has no place",
       options(opened(log, b"", cursor=True))["code"] == "BAD_OPTION")
    log.close()
    ok("the place is shown", "desk" in huying("journal").stdout)
    ok("and forgotten", huying("journal", "forget", "desk").returncode == 0)


def check_log():
    log = Peer("log")
    first = opened(log, b"a", credit=10)
    seen = events(log, b"a", 10 ** 9 if False else 10)
    ok("each event names the one sent before",
       all(a[0] == b[1] for a, b in zip(seen, seen[1:])), seen)
    ok("and the first one where it began", seen[0][1] ==
       options(first)["first"] - 1, seen[:1])
    log.close()
    log = Peer("log")
    at = sql("SELECT to_char(at AT TIME ZONE 'UTC', "
             "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') FROM journal.event "
             "WHERE seq = 30")[0]
    want = int(sql(f"SELECT count(*) FROM journal.event WHERE at < '{at}'")[0])
    opened(log, b"u", until=at, follow=True, credit=1000)
    seen = events(log, b"u", 10 ** 9)
    ok("until ends it before that time, though it follows",
       len(seen) == want, (len(seen), want))
    for bad in ({"division": "33x"}, {"casefile": "no number"},
                {"until": 5}, {"from": -1}, {"epoch": 0}, {"cursor": 1}):
        name = next(iter(bad))
        answer = opened(log, b"b", **bad)
        ok(f"a bad option is refused: {name}", answer[0] == b"ERR"
           and options(answer)["code"] == "BAD_OPTION", answer)
    log.close()


def check_retire(pub):
    sql("UPDATE journal.shape SET range_size = 1000 RETURNING 1")
    # The range in use keeps its size: make the next one begin soon.
    sql("WITH x AS (DELETE FROM journal.range RETURNING 1) SELECT 1")
    top = head() // 1000 * 1000 + 1000
    subprocess.run(
        ["psql", "-XAtq", "-d", os.environ["HUYING_DB"], "-c",
         "BEGIN; ALTER TABLE journal.event DETACH PARTITION journal.event_1;"
         "ALTER TABLE journal.event ATTACH PARTITION journal.event_1 "
         f"FOR VALUES FROM (1) TO ({top});"
         f"INSERT INTO journal.range VALUES (1, {top}, now()); COMMIT"],
        check=True, capture_output=True)
    n = 0
    while head() < top + 100:
        publish(pub, [report(id=f"fill-{n + i}") for i in range(100)])
        n += 100
    settle()
    sql("INSERT INTO journal.reader VALUES ('local', 'slow', 5, 1) RETURNING 1")
    huying("journal", "retire", "--before", str(head()))
    ok("nothing goes that a named reader still has to read",
       sql("SELECT journal.first()")[0] == "1")
    huying("journal", "forget", "slow")
    done = huying("journal", "retire", "--before", str(head()))
    first = int(sql("SELECT journal.first()")[0])
    ok("old partitions go, whole ones only", done.returncode == 0
       and first > 1 and first % 1000 == 0, (done.stdout, done.stderr, first))
    ok("and nothing that is not worked off", first <= head())
    time.sleep(2.5)   # the bus looks every two seconds
    log = Peer("log")
    answer = opened(log, b"g", **{"from": 1})
    ok("who asks for it is told GONE, and what there is",
       answer[0] == b"ERR" and options(answer)["code"] == "GONE"
       and options(answer)["first"] == first, answer)
    answer = opened(log, b"h", credit=5)
    ok("who asks for what there is gets it", answer[0] == b"BEGIN"
       and options(answer)["next"] == first, answer)
    log.close()
    again = publish(pub, [report(id="fill-0")])[0]
    ok("an id is remembered although its event is gone",
       options(again)["status"] == "duplicate", again)


def check_epoch():
    log = Peer("log")
    opened(log, b"e", **{"from": "head", "follow": True})
    done = huying("journal", "raise-epoch", "--reason", "a drill")
    ok("an epoch is raised by hand", done.stdout.strip() == "epoch 2", done)
    while True:
        frames = log.receive()
        assert frames[0] != b"ERR", frames
        if options(frames)["epoch"] == 2:
            break
    ok("a reader who is not beyond it goes on, and hears of it", True)
    cut = head() - 5
    sql(f"INSERT INTO journal.epoch (epoch, from_seq, reason, line) SELECT 3, "
        f"{cut}, 'a cut', line FROM journal.epoch WHERE epoch = 2 RETURNING 1")
    while frames[0] != b"ERR":
        frames = log.receive()
    told = options(frames)
    ok("a reader who is beyond it is told, and from where",
       told["code"] == "EPOCH" and told["from_seq"] == cut
       and told["epoch"] == 3, told)
    answer = opened(log, b"f", epoch=2, **{"from": cut + 2})
    ok("and so is one who comes back with a place in the old epoch",
       answer[0] == b"ERR" and options(answer)["code"] == "EPOCH", answer)
    answer = opened(log, b"f2", epoch=3, **{"from": cut + 2})
    ok("with the new epoch it is served", answer[0] == b"BEGIN", answer)
    sql(f"INSERT INTO journal.reader (client, name, seq, epoch) "
        f"VALUES ('local', 'kept', {cut + 1}, 2) RETURNING 1")
    answer = opened(log, b"kept", cursor=True)
    ok("a place that is kept and was cut off is told, too",
       options(answer)["code"] == "EPOCH", answer)
    answer = opened(log, b"kept", cursor=True, epoch=3, **{"from": cut})
    ok("and with the new epoch the reader says where it goes on",
       answer[0] == b"BEGIN" and options(answer)["next"] == cut, answer)
    log.send(b"CLOSE", b"kept")
    log.rest()
    ok("which is its place now", sql("SELECT seq, epoch FROM journal.reader "
                                     "WHERE name = 'kept'") == [str(cut - 1), "3"])
    log.close()


def cluster_pids():
    top = int(open(f"{VAR}/pg/postmaster.pid").readline())
    out = subprocess.run(["ps", "--ppid", str(top), "-o", "pid="],
                         capture_output=True, text=True, check=True).stdout
    return [top] + [int(p) for p in out.split()]


def check_stopped(pub):
    sub = CONTEXT.socket(zmq.SUB)
    sub.subscribe(b"heartbeat")
    sub.connect(f"ipc://{RUN}/live")
    assert sub.poll(5000)
    env = report(id="while-it-stood")
    pids = cluster_pids()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        pub.send(b"PUB", b"s", msgpack.packb(env))
        answer = pub.receive(30000)
        took = time.monotonic() - began
        beats = 0
        while sub.poll(0):
            sub.recv_multipart()
            beats += 1
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)
    ok(f"a database that stands still: the outcome is unknown ({took:.1f} s)",
       answer[0] == b"UNKNOWN"
       and options(answer)["code"] == "OUTCOME_UNKNOWN", answer)
    ok("and the heart goes on beating", beats >= 2, beats)
    for _ in range(60):
        answer = pub.ask(b"PUB", b"s", msgpack.packb(env))
        if answer[0] == b"ACK":
            break
        time.sleep(options(answer).get("retry_after_ms", 500) / 1000)
    ok("the same bytes again: stored once", answer[0] == b"ACK", answer)
    ok("one row", sql("SELECT count(*) FROM journal.event_key "
                      "WHERE id = 'while-it-stood'")[0] == "1")
    sub.close()


def check_busy(pub):
    lock = subprocess.Popen(
        ["psql", "-XAtq", "-d", os.environ["HUYING_DB"], "-c",
         "SELECT pg_advisory_lock(7255, 1), pg_sleep(2.5)"],
        stdout=subprocess.DEVNULL)
    for _ in range(100):
        if sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
               "AND classid = 7255 AND objid = 1 AND granted")[0] != "0":
            break
        time.sleep(0.02)
    envs = {str(i).encode(): report(id=f"busy-{i}") for i in range(1800)}
    waiting, busy, told = dict(envs), 0, True
    for n, env in envs.items():
        pub.send(b"PUB", n, msgpack.packb(env))
    while waiting:
        frames = pub.receive(20000)
        body = options(frames)
        if frames[0] == b"ACK":
            waiting.pop(frames[1], None)
            continue
        busy += body["code"] == "BUSY"
        told = told and body.get("retry_after_ms", 0) > 0
        time.sleep(0.01)
        pub.send(b"PUB", frames[1], msgpack.packb(envs[frames[1]]))
    lock.wait()
    ok("a commit that does not come: more is turned away as BUSY", busy > 0)
    ok("with the time to wait", told)
    ok("and in the end each is stored, once", int(
        sql("SELECT count(*) FROM journal.event_key "
            "WHERE id LIKE 'busy-%'")[0]) == 1800)


def main():
    pub = Peer("publish")
    check_live(pub)
    check_cursor()
    pub.renew()
    check_log()
    check_busy(pub)
    check_retire(pub)
    check_epoch()
    check_stopped(pub)
    settle()


main()
