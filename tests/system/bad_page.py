"""docs/protocol.md against the bus: its codes, and its one full message."""
import pathlib
import re

from bad_case import Case
from peer import Peer, options

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "protocol.md"
# What no local stranger can bring about: a lost database, five minutes of
# silence; and what another script here brings about.
APART = {"UNAVAILABLE": None, "OUTCOME_UNKNOWN": None, "IDLE": None,
         "GONE": "journal.py", "EPOCH": "journal.py",
         "SOURCE_MISMATCH": "bad_access.py", "NOT_GRANTED": "bad_access.py",
         "RATE_LIMITED": "access.py", "REVOKED": "access.py"}
CODE = re.compile(r"[A-Z][A-Z_0-9]{3,}")


def page_codes(text):
    """First cells of the tables of codes."""
    tables = re.findall(r"^\| (?:ERR )?code \|.*?\n\n", text, re.M | re.S)
    cells = [row.split("|")[1] for t in tables for row in t.split("\n")
             if row and not row.startswith("| **")]
    return {code for cell in cells for code in CODE.findall(cell)}


def page_message(text):
    """The frames of the first block of hex, up to the answer."""
    block = text.split("```")[1].split("\n\n")[0]
    frames = []
    for line in block.strip().splitlines():
        if line[0] != " ":
            frames.append("")
        found = re.search(r" +((?:[0-9a-f]{2} {1,2})*[0-9a-f]{2})(?: |$)", line)
        frames[-1] += found.group(1).replace(" ", "")
    return [bytes.fromhex(f) for f in frames]


def codes_differ(text, cases):
    tried = {c for case in cases for c in case.code.split("|")
             if CODE.fullmatch(c)}
    page = page_codes(text)
    if tried - page:
        return f"not on the page: {sorted(tried - page)}"
    elsewhere = {c for c, name in APART.items() if name is None
                 or c in (HERE / name).read_text(encoding="utf-8")}
    if page - tried - elsewhere:
        return f"never provoked: {sorted(page - tried - elsewhere)}"
    return None


def message_fails(text):
    frames = page_message(text)
    if [len(f) for f in frames] != [3, 1, 196, 4, 40]:
        return f"frames of {[len(f) for f in frames]} bytes"
    answer = Peer("publish").ask(*frames)
    return None if answer[0] == b"ACK" else f"{options(answer)}"


def results(cases):
    text = PAGE.read_text(encoding="utf-8")
    return [(Case("page", "every code of it, and no other", [], "same"),
             codes_differ(text, cases)),
            (Case("page", "its full message is taken", [], "stored"),
             message_fails(text))]
