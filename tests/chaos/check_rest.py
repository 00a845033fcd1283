"""Personal data, the chain, memory, healing: I11 I12 I13 I14."""
import re

import events

# Times and digests have such digits in them, too, but more of them in a row.
SIGNS = re.compile("(?<![0-9a-f])1000\\d{7}(?![0-9a-f])|金丝雀.|黄鸟里\\d+号"
                   .encode())
RSS_KIB = 512 * 1024     # of any process, ever
FDS = 40                 # more at the end than usual
BAD_WORDS = re.compile(rb"AddressSanitizer|runtime error|must_fail|never\(|"
                       rb"Assertion|PANIC: (?!.*(No space|could not))")


def canaries(e):
    """All that was planted: every report's name, phone and address."""
    return {x.encode() for row in e.rows() if row.type == "report.submit"
            for x in events.canary(row.id).values()}


def check_personal(e, v):
    planted = canaries(e)
    v.figures["canaries"] = len(planted)
    for path in (*e.files("event.bin"), *e.files("tables.sql"),
                 *e.files("log/*"), *e.files("history/*")):
        with open(path, "rb") as f:
            tail = b""
            while chunk := f.read(1 << 24):
                # A sign may lie across two chunks.
                for m in SIGNS.finditer(tail + chunk):
                    if m.group() in planted:
                        v.fault("I11", "personal", f"{path}: a planted "
                                f"{'number' if m.group()[0] == 49 else 'word'}")
                tail = chunk[-64:]


def check_journal(e, v):
    code, text = e.about["verify"]
    if code or "journal sound" not in text:
        v.fault("I12", "chain", text.strip()[-200:])
    v.faults("I12", "not_append_only", e.about["forbidden"])


def check_processes(e, v):
    """Everybody's memory and descriptors; and who fell by himself."""
    rss = {}
    for name, p in e.about["processes"].items():
        for _, code in p["deaths"]:
            if code not in (0, -9):
                v.fault("I13", "fell", f"{name} ended by {code}; {p['log']}")
        if not p["samples"]:
            continue
        rss[name] = max(s[1] for s in p["samples"])
        if rss[name] > RSS_KIB:
            v.fault("I13", "memory", f"{name}: {rss[name]} KiB")
        # Somebody who has just died has none.
        fds = [s[2] for s in p["samples"] if s[2]] or [0]
        usual = sorted(fds)[len(fds) // 2]
        if fds[-1] > usual + FDS:
            v.fault("I13", "descriptors", f"{name}: {usual} to {fds[-1]}")
    v.figures["rss_kib_max"] = rss
    for path in e.files("log/*.log"):
        with open(path, "rb") as f:
            for line in f:
                if BAD_WORDS.search(line):
                    v.fault("I13", "fell", f"{path}: "
                            f"{line[:200].decode(errors='replace')}")


def check(e, v):
    check_personal(e, v)
    check_journal(e, v)
    check_processes(e, v)
    v.faults("I14", "stuck", e.about["stuck"])
