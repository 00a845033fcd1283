"""Messages whose fields are not what the catalogue says."""
import math

from bad_case import Case, one, publish
from peer import DIVISION, report

CASEFILE = "330122-26-0000001"
CALL = CASEFILE + "/C1"


def command(kind, data, **attributes):
    """An envelope around another command than report.submit."""
    return report(type=kind, data=data, **attributes)


KINDS = {"whole": 7, "float": 7.5, "bool": True, "text": "ab", "bytes": b"ab",
         "list": [1], "map": {"a": 1}}
FITS = {"channel": "text", "reporter": "text", "place": "text",
        "summary": "text", "matter": "text", "urgent": "bool",
        "occurred_at": "text", "lat": "whole float", "lon": "whole float",
        "unit": "text", "officer": "text", "attachments": "list"}
ATTRIBUTES = {"specversion": "text", "id": "text", "source": "text",
              "type": "text", "subject": "text", "time": "text",
              "datacontenttype": "text", "division": "text",
              "correlationid": "text", "causationid": "text",
              "traceparent": "text", "sealed": "text", "data": "map"}


def kinds():
    """Every kind of value that a field is not made for."""
    def other(fits):
        return [v for k, v in KINDS.items() if k not in fits.split()]
    cases = [Case("kinds", "attribute " + name, [
        publish(report(**{name: v})) for v in other(fits)],
        "WRONG_TYPE", name) for name, fits in ATTRIBUTES.items()]
    return cases + [Case("kinds", "field " + name, [
        publish(report({name: v})) for v in other(fits)],
        "WRONG_TYPE", name) for name, fits in FITS.items()]


def several():
    return [
        one("several", "an empty envelope", {}, "FIELD_MISSING",
            "specversion",
            named=("specversion", "id", "source", "type", "data")),
        one("several", "a call that says nothing",
            command("call.raise", {}), "FIELD_MISSING", "casefile",
            named=("casefile", "class", "main", "reason", "unit")),
        one("several", "three faults of three kinds",
            report({"channel": "phone", "lat": "north", "colour": "red"}),
            "BAD_ENUM|WRONG_TYPE|UNKNOWN_FIELD",
            named=("channel", "lat", "colour")),
        one("several", "60 unknown fields",
            report({f"f{i}": i for i in range(60)}), "UNKNOWN_FIELD"),
        one("several", "another casefile than the message's",
            command("call.sign", {"call": CALL, "unit": "330122-NR"},
                    subject="330122-26-0000002"),
            "SUBJECT_MISMATCH", "subject"),
    ]


def times():
    bad = ["2026-02-13", "2026-02-13T17:30", "2026-02-13T17:30:00",
           "2026-02-13 17:30:00+08:00", "2026-02-30T00:00:00Z",
           "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
           "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
           "2026-02-13T24:00:00Z", "2026-02-13T12:60:00Z",
           "2026-02-13T12:00:60Z", "1999-12-31T23:59:59Z",
           "2000-01-01T00:00:00+14:00", "2999-12-31T16:00:00Z",
           "3000-01-01T00:00:00Z", "294277-01-01T00:00:00Z", "infinity",
           "-infinity", "now", "2026-W07-5T00:00:00Z", "20260213T173000Z",
           "２０２６-02-13T17:30:00Z", "2026-02-13T17:30:00+15:00",
           "2026-02-13T17:30:00+0800", "2026-02-13T17:30:00CST",
           "2026-02-13T17:30:00.Z", "2026-02-13T17:30:00.0000000000Z",
           "2026-02-13T17:30:00Z ", "2026-2-13T17:30:00Z"]
    cases = [one("times", repr(t), report(time=t), "BAD_TIME", "time")
             for t in bad]
    cases.append(Case("times", "all of these in the message",
                      [publish(report({"occurred_at": t})) for t in bad],
                      "BAD_TIME", "occurred_at"))
    cases += [one("times", n, report({"occurred_at": v}), "WRONG_TYPE",
                  "occurred_at")
              for n, v in (("seconds since 1970", 1771000000),
                           ("a fraction of them", 1771000000.5),
                           ("a map", {"unix": 1}), ("true", True))]
    return cases


def fields():
    rows = [
        ("channel as a number", {"channel": 1}, "WRONG_TYPE", "channel"),
        ("channel that is none", {"channel": "phone"}, "BAD_ENUM", "channel"),
        ("channel in capitals", {"channel": "HOTLINE"},
         "BAD_ENUM", "channel"),
        ("channel with a bar", {"channel": "grid|app"},
         "BAD_ENUM", "channel"),
        ("channel left out", {"channel": None}, "FIELD_MISSING", "channel"),
        ("an unknown field", {"phone": "x"}, "UNKNOWN_FIELD", "phone"),
        ("a field in capitals", {"Summary": "x"}, "UNKNOWN_FIELD", "Summary"),
        ("urgent as 1", {"urgent": 1}, "WRONG_TYPE", "urgent"),
        ("urgent as a text", {"urgent": "true"}, "WRONG_TYPE", "urgent"),
        ("lat as a text", {"lat": "29.8"}, "WRONG_TYPE", "lat"),
        ("lat as true", {"lat": True}, "WRONG_TYPE", "lat"),
        ("lat is no number", {"lat": math.nan}, "NOT_FINITE", "lat"),
        ("lat is infinite", {"lat": math.inf}, "NOT_FINITE", "lat"),
        ("lon is minus infinite", {"lon": -math.inf}, "NOT_FINITE", "lon"),
        ("lon 1e308", {"lon": 1e308}, "NOT_FINITE", "lon"),
        ("lon 2^64-1", {"lon": 2**64 - 1}, "OUT_OF_RANGE", "lon"),
        ("summary as bytes", {"summary": b"abc"}, "WRONG_TYPE", "summary"),
        ("summary of 4001 bytes", {"summary": "a" * 4001},
         "TOO_LONG", "summary"),
        ("summary of 1334 characters, 4002 bytes", {"summary": "灯" * 1334},
         "TOO_LONG", "summary"),
        ("place of 65 emoji, 260 bytes", {"place": "💡" * 65},
         "TOO_LONG", "place"),
        ("matter with a blank", {"matter": "CA 001"}, "BAD_FORMAT", "matter"),
        ("officer that wants to be SQL", {"officer": "a' OR '1'='1"},
         "BAD_FORMAT", "officer"),
        ("unit in Chinese", {"unit": "住建局"}, "BAD_FORMAT", "unit"),
        ("unit as a path", {"unit": "../../etc/passwd"},
         "BAD_FORMAT", "unit"),
        ("attachments as a map", {"attachments": {}},
         "WRONG_TYPE", "attachments"),
        ("33 attachments", {"attachments": [
            {"kind": "photo", "sha256": "0" * 64}] * 33},
         "TOO_MANY", "attachments"),
        ("an attachment that is a number", {"attachments": [1]},
         "WRONG_TYPE", "attachments[0]"),
        ("an attachment that is empty", {"attachments": [{}]},
         "FIELD_MISSING", "attachments[0].kind"),
        ("an attachment of no kind", {"attachments": [
            {"kind": "exe", "sha256": "0" * 64}]},
         "BAD_ENUM", "attachments[0].kind"),
        ("the second one's digest in capitals", {"attachments": [
            {"kind": "photo", "sha256": "0" * 64},
            {"kind": "photo", "sha256": "A" * 64}]},
         "BAD_FORMAT", "attachments[1].sha256"),
        ("an attachment with an address", {"attachments": [
            {"kind": "photo", "sha256": "0" * 64, "url": "file:///etc"}]},
         "UNKNOWN_FIELD", "attachments[0].url"),
    ]
    cases = [one("fields", n, report(change), c, f)
             for n, change, c, f in rows]
    scores = [("5", "WRONG_TYPE"), (5.0, "WRONG_TYPE"), (True, "WRONG_TYPE"),
              (math.nan, "WRONG_TYPE"), (2**63, "OUT_OF_RANGE"),
              (2**64 - 1, "OUT_OF_RANGE"), ([5], "WRONG_TYPE")]
    cases += [one("fields", f"score {v!r}", command("call.grade", {
        "call": CALL, "graded": "330122-NR", "score": v,
        "unit": DIVISION + "-CMD"}), c, "score") for v, c in scores]
    things = ["", "330122-26-1", "330122-26-000001", "330122-2-0000001",
              "33012-26-0000001", "330122-26-00000000000001",
              CASEFILE + "/", CASEFILE + "/C 1", CASEFILE + "/../x",
              "３３0122-26-0000001", CASEFILE + "\t/C1"]
    cases += [one("fields", f"call {t!r}", command("call.sign", {
        "call": t, "unit": "330122-NR"}),
        "BAD_FORMAT" if t else "FIELD_MISSING", "call") for t in things]
    cases += [
        one("fields", "assisting as a text", command("call.raise", {
            "casefile": CASEFILE, "class": "work", "main": "330122-NR",
            "assisting": "330122-SG", "reason": "占道", "unit": "330122-C"}),
            "WRONG_TYPE", "assisting"),
        one("fields", "a map among the units", command("call.raise", {
            "casefile": CASEFILE, "class": "work", "main": "330122-NR",
            "assisting": ["330122-SG", {"a": 1}], "reason": "占道",
            "unit": "330122-C"}), "WRONG_TYPE", "assisting"),
        one("fields", "257 assisting units", command("call.raise", {
            "casefile": CASEFILE, "class": "work", "main": "330122-NR",
            "assisting": ["330122-SG"] * 257, "reason": "占道",
            "unit": "330122-C"}), "TOO_MANY", "assisting"),
    ]
    return cases


def cases():
    return kinds() + several() + times() + fields()
