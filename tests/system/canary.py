#!/usr/bin/python3
"""Plants what is nobody's (phones, identity numbers, names), and looks for it.

canary.py HUYING PACK OUT: against the installation of HUYING_VAR; prints
"ok WHAT" or "not ok WHAT".
"""
import csv
import glob
import json
import os
import random
import re
import subprocess
import sys
import time

import zmq

HUYING, PACK, OUT = sys.argv[1:4]
VAR, DB, RUN = (os.environ[k] for k in ("HUYING_VAR", "HUYING_DB", "HUYING_RUN"))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PERSONS = 334  # three canaries each
BOOKED = 16  # of them, who also book a reception
MARK = "井盖翘起"  # what is nobody's secret: shows that a place was looked at
POISON = "毒井边"
# Given names of characters that no other text of the test has two of.
RARE = "翀珺燚彧堃犇垚淼骉赟喆昶翊煜曦钰玥珩琬翮"
RANGES = ("130", "135", "138", "139", "147", "150", "152", "158", "166",
          "173", "177", "180", "187", "191", "198", "199")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
NARROW = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")
rng = random.Random(20260318)


def is_(what, good, why=""):
    print(f"{'ok' if good else 'not ok'} {what}")
    if not good and why:
        print(f"  {why}")


def identity_number():
    body = f"330122{rng.randrange(1930, 2015)}{rng.randrange(1, 13):02}" \
           f"{rng.randrange(1, 29):02}{rng.randrange(1000):03}"
    weigh = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weigh)) % 11]


def persons():
    with open(f"{PACK}/surnames.csv", encoding="utf-8") as f:
        surnames = [r["surname"] for r in csv.DictReader(f)]
    phones, numbers, names = set(), set(), set()
    while len(phones) < PERSONS:
        phones.add(rng.choice(RANGES) + f"{rng.randrange(10**8):08}")
    while len(numbers) < PERSONS:
        numbers.add(identity_number())
    while len(names) < PERSONS:
        names.add(rng.choice(surnames) + "".join(rng.sample(RARE, 2)))
    return list(zip(sorted(phones), sorted(numbers), sorted(names)))


PEOPLE = persons()
PHONES = {p for p, _, _ in PEOPLE}
NUMBERS = {n for _, n, _ in PEOPLE}
NAMES = {n for _, _, n in PEOPLE}


def found(data):
    """The canaries in some bytes or text, however they are spaced."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    hits = set()
    for m in re.finditer(f"[{RARE}]{{2}}", text):
        for n in (3, 4):  # 欧阳 and the like
            name = text[max(0, m.end() - n):m.end()]
            hits |= {name} & NAMES
    text = re.sub(r"(?<=\d)[ \-　—－·.,，、]{1,2}(?=\d)", "",
                  text.translate(NARROW))
    for m in re.finditer(r"\d{11,}[Xx]?", text):
        run = m.group().upper()
        for i in range(len(run) - 10):
            hits |= {run[i:i + 11]} & PHONES
            hits |= {run[i:i + 18]} & NUMBERS
    return hits


def written(text):
    """A number as people write it."""
    how = rng.randrange(5)
    if how == 0:
        return text.translate(WIDE)
    if how == 1 and len(text) == 11:
        return f"{text[:3]} {text[3:7]} {text[7:]}"
    if how == 2 and len(text) == 11:
        return f"{text[:3]}-{text[3:7]}-{text[7:]}"
    return text


def words(phone, number, name):
    phone, number = written(phone), written(number)
    return rng.choice((
        f"我叫{name}，电话{phone}，身份证{number}，村口{MARK}了。",
        f"{MARK}，请联系{name}（{phone}），证件号{number}，谢谢。",
        f"本人{name} {number}，反映{MARK}三天没人管，打{phone}找我。",
        f"{MARK}。\n联系人：{name}\n手机：{phone}\n身份证号码：{number}",
        f"昨天{name}摔了一跤，因为{MARK}；{name}的手机是{phone}。证{number}",
    ))


def messages():
    """Every message of the vocabulary: name, kind, its searched texts."""
    out = []
    for path in sorted(glob.glob(f"{ROOT}/schemas/events/*.def")):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for m in re.finditer(r'MSG\((\w+), "([\w.]+)", \d+, COMMAND', text):
            fields = re.findall(
                rf"FIELD\({m[1]}, str, (\w+),[^\n]*AS_TEXT", text)
            out += [(m[2], f) for f in fields]
    return out


def channels():
    """The enum of report.submit, as it is published."""
    with open(f"{ROOT}/schemas/published/report.submit.json",
              encoding="utf-8") as f:
        text = f.read()
    return json.loads(re.search(r'"channel":\s*\{[^}]*?"enum":\s*(\[[^\]]*\])',
                                text)[1])


def divisions():
    with open(f"{PACK}/grids.csv", encoding="utf-8") as f:
        return [r["code"] for r in csv.DictReader(f)]


def publish(lines, name):
    path = f"{OUT}/{name}.jsonl"
    with open(path, "w", encoding="utf-8") as f:
        for line in lines:
            f.write(json.dumps(line, ensure_ascii=False) + "\n")
    r = subprocess.run([HUYING, "publish", "--file", path, "--json"],
                       capture_output=True, text=True, check=False)
    os.unlink(path)
    return [json.loads(x) for x in r.stdout.splitlines()], r.stdout + r.stderr


def reports():
    places, ways = divisions(), channels()
    lines = []
    for i, (phone, number, name) in enumerate(PEOPLE):
        data = {"channel": ways[i % len(ways)], "unit": "330122109-CMD",
                "officer": "OF-ZB-0028"}
        if data["channel"] == "integrator":
            data["via"] = "app-1"
        if i % 3:
            data["matter"] = rng.choice(("PU-011", "CA-001"))
        data["place"] = POISON if i % 40 == 7 else rng.choice(("村口", "桥头"))
        lines.append({
            "specversion": "1.0", "id": f"canary-{i}", "source": "/canary",
            "type": "report.submit", "division": rng.choice(places),
            "data": data,
            "sealedpart": {"name": name, "phone": written(phone),
                           "id_number": written(number),
                           "address": f"院士路{i}号{name}家",
                           "text": words(phone, number, name)}})
    return lines


def bookings():
    """Who books a reception, sealed as beside a report."""
    for i, (phone, number, name) in enumerate(PEOPLE[:BOOKED]):
        yield {"specversion": "1.0", "id": f"booked-{i}", "source": "/canary",
               "type": "booking.book", "division": "330122",
               "data": {"room": "330122-LDR", "channel": "phone",
                        "via": "967000", "unit": "330122-RX",
                        "at": f"2026-03-{20 + i // 8}T10:00:00+08:00"},
               "sealedpart": {"name": name, "phone": written(phone),
                              "id_number": written(number),
                              "text": words(phone, number, name)}}


def slips():
    """In every searched text of every command, where nobody should."""
    for i, (kind, field) in enumerate(messages()):
        phone, number, name = PEOPLE[i % PERSONS]
        for k, text in enumerate((written(phone), written(number))):
            yield {"specversion": "1.0", "id": f"slip-{i}-{k}",
                   "source": "/canary", "type": kind, "division": "330122109",
                   "data": {field: f"{name}说{MARK}，找{text}"}}
    # And where a number stands for something else.
    for i in range(6):
        phone = PEOPLE[i][0]
        line = {"specversion": "1.0", "id": f"code-{i}", "source": "/canary",
                "type": "report.submit", "division": "330122109",
                "data": {"channel": "grid", "summary": MARK}}
        if i % 3 == 0:
            line["id"] = f"tel-{phone}"
        elif i % 3 == 1:
            line["source"] = f"/canary/{phone}"
        else:
            line["subject"] = phone
        yield line


def run(*args):
    r = subprocess.run(args, capture_output=True, check=False)
    return r.stdout + r.stderr


def tool(*args):
    return run(HUYING, *args)


def sql(query):
    return run("psql", DB, "-qAt", "-c", query).decode()


def settle():
    for _ in range(200):
        if sql("SELECT run.quiet()").strip() == "t":
            return
        time.sleep(0.1)


def hear(live):
    out = []
    while live.poll(500):
        out += live.recv_multipart()
    return b"\n".join(out)


def http(path):
    return b"\n".join(
        run("curl", "-s", "--max-time", "5", "--unix-socket",
            f"{VAR}/health.{i}", f"http://huying/{path}") for i in range(6))


def kept_files():
    """All that stands in files, beside keys and the database's own."""
    out = []
    for folder, _, names in os.walk(VAR):
        inside = os.path.relpath(folder, VAR).split(os.sep)
        if inside[0] in ("out", "keys") or inside[0] == "pg" and inside[1:]:
            continue
        for n in names:
            path = os.path.join(folder, n)
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    out.append(f.read())
    return b"\n".join(out)


def dumped():
    """Every table, bytes as text; in the vault's, too, nothing is plain."""
    def plain(m):
        return bytes.fromhex(m.group(1).decode())

    data = run("pg_dump", "--data-only", DB)
    return re.sub(rb"\\\\x((?:[0-9a-f]{2})+)", plain, data)


def journal():
    return bytes.fromhex("0a".join(
        sql("SELECT encode(envelope, 'hex') FROM journal.event").split()))


def cases():
    numbers = sql("SELECT id FROM intake.report ORDER BY id LIMIT 12").split()
    return b"".join(tool("case", "show", n) for n in numbers)


def parked():
    out = tool("parked") + tool("parked", "--json")
    for line in sql("SELECT service || ' ' || seq FROM run.parked").split("\n"):
        if line:
            out += tool("parked", "show", *line.split())
    return out


def sinks(live):
    """Where it could come out: name, bytes, whether MARK must be there."""
    yield "the live feed", live, True
    yield "the journal, every byte", journal(), True
    yield "huying events", tool("events"), True
    yield "huying events as JSON", tool("events", "-o", "json"), True
    yield "huying case", cases(), True
    yield "huying parked", parked(), False
    yield "huying status, summary, score", tool("status") + \
        tool("summary") + tool("score"), False
    yield "/metrics", http("metrics"), False
    yield "/readyz and /livez", http("readyz?verbose") + http("livez"), False
    yield "logs, of the database as well", kept_files(), False
    yield "all tables, dumped", dumped(), True


def look(live, but=()):
    """Names of the sinks that hold a canary."""
    bad = []
    for name, data, marked in sinks(live):
        hits = found(data)
        if name in but:
            bad += [name] if hits else []
            continue
        is_(f"nothing of it in {name} ({len(data)} bytes)", not hits and data,
            f"{len(hits)}, such as {sorted(hits)[:3]}")
        if marked:
            is_("  which says what was reported", MARK.encode() in data)
    return bad


def main():
    live = zmq.Context().socket(zmq.SUB)
    live.setsockopt(zmq.RCVHWM, 0)
    live.subscribe(b"")
    live.connect(f"ipc://{RUN}/live")
    time.sleep(0.3)
    sql(f"ALTER TABLE intake.report ADD CONSTRAINT bite CHECK "
        f"(place IS DISTINCT FROM '{POISON}') NOT VALID")
    told, _ = publish(reports(), "reports")
    is_(f"{len(PEOPLE) * 3} canaries are planted, in {len(told)} reports",
        len(told) == PERSONS and all(t["status"] == "stored" for t in told),
        told[:1])
    told, _ = publish(bookings(), "bookings")
    is_(f"{len(told)} of them book a reception",
        all(t["status"] == "stored" for t in told), told[:1])
    told, said = publish(slips(), "slips")
    said = re.sub(r'"id":"[^"]*"', "", said)  # the sender's own
    is_(f"{len(told)} slips in fields that are searched are refused",
        len(told) > 40 and all(t["status"] == "refused" for t in told),
        [t for t in told if t["status"] != "refused"][:2])
    is_("and no refusal repeats what it was", not found(said), found(said))
    settle()
    number = sql("SELECT id FROM intake.report WHERE token <> '' LIMIT 1").strip()
    is_("some of it is parked", "t" in sql("SELECT count(*) > 5 FROM run.parked"))
    is_("every identity is in the vault", sql(
        "SELECT count(*) + (SELECT count(*) FROM run.parked WHERE tries > 0) "
        "FROM vault.identity").strip() == str(PERSONS + BOOKED))
    is_("the booked have seats", sql("SELECT count(*) FROM intake.booking "
        "WHERE token IS NOT NULL").strip() == str(BOOKED))
    # What the search can see, and how it must come out in the end.
    who = tool("vault", "reveal", number, "--reason", "canary", "--as",
               "OF-LD-0001")
    is_("the vault gives it back, and the search knows it", len(found(who)) == 3)
    heard = hear(live)
    look(heard)
    # A leak of each kind is seen.
    phone, idn, name = PEOPLE[0]
    with open(f"{VAR}/log/canary.log", "w", encoding="utf-8") as f:
        f.write(f"level=info event=x text={written(phone)}\n")
    sql(f"UPDATE intake.report SET text = '{MARK}{name}' WHERE id = '{number}'")
    sql(f"SELECT run.announce('/registry', 'registry.changed', 'leak', "
        f"run.pack_map('pack', '{idn}', 'version', 'x'))")
    planted = {"logs, of the database as well", "all tables, dumped",
               "the journal, every byte", "huying events as JSON"}
    seen = {n for n, data, _ in sinks(heard) if found(data)}
    is_("a leak that is planted is found where it is", planted <= seen,
        planted - seen)


main()
