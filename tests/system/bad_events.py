"""Sound msgpack that is no event, or one that a stranger may not say."""
import hashlib
import os
import uuid

import msgpack

from bad_case import Case, one, publish
from bad_fields import CALL, CASEFILE, command
from peer import DIVISION, SERVICES, report

OVERHEAD = 48  # of a sealed box


def attributes():
    rows = [("no " + name, {name: None}, "FIELD_MISSING", name)
            for name in ("specversion", "id", "source", "type", "data",
                         "division")]
    rows += [("empty " + name, {name: ""}, "FIELD_MISSING", name)
             for name in ("id", "source", "type")]
    rows += [
        ("specversion 0.3", {"specversion": "0.3"}, "BAD_ENUM", "specversion"),
        ("specversion as a number", {"specversion": 1.0},
         "WRONG_TYPE", "specversion"),
        ("id as a number", {"id": 7}, "WRONG_TYPE", "id"),
        ("id as bytes", {"id": b"abc"}, "WRONG_TYPE", "id"),
        ("id of 129 bytes", {"id": "i" * 129}, "TOO_LONG", "id"),
        ("id with a blank", {"id": "a b"}, "BAD_FORMAT", "id"),
        ("id in Chinese", {"id": "一号"}, "BAD_FORMAT", "id"),
        ("id that wants to be SQL", {"id": "a'; DROP TABLE journal.event;--"},
         "BAD_FORMAT", "id"),
        ("source of 97 bytes", {"source": "/" * 97}, "TOO_LONG", "source"),
        ("source with a blank", {"source": "/a b"}, "BAD_FORMAT", "source"),
        ("source as a list", {"source": ["/a"]}, "WRONG_TYPE", "source"),
        ("an unknown type", {"type": "report.submitted"},
         "UNKNOWN_TYPE", "type"),
        ("type in capitals", {"type": "Report.Submit"},
         "UNKNOWN_TYPE", "type"),
        ("type with a blank", {"type": "report.submit "},
         "BAD_FORMAT", "type"),
        ("type of 65 bytes", {"type": "t" * 65}, "TOO_LONG", "type"),
        ("a record as type", {"type": "sealed_report"},
         "UNKNOWN_TYPE", "type"),
        ("a table as type", {"type": "registry.unit"},
         "UNKNOWN_TYPE", "type"),
        ("a topic as type", {"type": "report.submit/330122"},
         "UNKNOWN_TYPE", "type"),
        ("an unknown attribute", {"partitionkey": "a"},
         "UNKNOWN_FIELD", "partitionkey"),
        ("a seq of its own", {"seq": 5}, "UNKNOWN_FIELD", "seq"),
        ("data_base64", {"data_base64": "gA=="},
         "UNKNOWN_FIELD", "data_base64"),
        ("another content type", {"datacontenttype": "text/xml"},
         "BAD_ENUM", "datacontenttype"),
        ("division of 5 digits", {"division": "33012"},
         "BAD_FORMAT", "division"),
        ("division of 10 digits", {"division": "3301221090"},
         "BAD_FORMAT", "division"),
        ("division with a blank", {"division": " 330122"},
         "BAD_FORMAT", "division"),
        ("division in full-width digits", {"division": "３３"},
         "BAD_FORMAT", "division"),
        ("division as a number", {"division": 330122},
         "WRONG_TYPE", "division"),
        ("a county that is not here", {"division": "110101"},
         "UNKNOWN_DIVISION", "division"),
        ("a village that is not here", {"division": DIVISION + "999"},
         "UNKNOWN_DIVISION", "division"),
        ("a grid that is not here", {"division": DIVISION + "999999"},
         "UNKNOWN_DIVISION", "division"),
        ("a report with a casefile", {"subject": CASEFILE},
         "SUBJECT_MISMATCH", "subject"),
        ("subject that is no casefile", {"subject": "417"},
         "BAD_FORMAT", "subject"),
        ("correlationid of 129 bytes", {"correlationid": "c" * 129},
         "TOO_LONG", "correlationid"),
        ("its own cause", {"id": "loop-1", "causationid": "loop-1"},
         "CAUSE_LOOP", "causationid"),
        ("traceparent with a blank", {"traceparent": "00 11"},
         "BAD_FORMAT", "traceparent"),
        ("sealed in capitals", {"sealed": "A" * 64}, "BAD_FORMAT", "sealed"),
        ("data as a list", {"data": []}, "WRONG_TYPE", "data"),
        ("data as a text", {"data": "{}"}, "WRONG_TYPE", "data"),
        ("data as bytes", {"data": b"\x80"}, "WRONG_TYPE", "data"),
    ]
    return [one("envelope", n, report(**change), c, f)
            for n, change, c, f in rows]


PERSONAL = [
    ("a mobile number", "请回电13812345678谢谢"),
    ("in groups with hyphens", "电话138-1234-5678"),
    ("in groups with blanks", "电话 138 1234 5678"),
    ("with the country's code", "+8613812345678"),
    ("in full-width digits", "１３８１２３４５６７８"),
    ("in Chinese characters", "一三八一二三四五六七八"),
    ("in capital Chinese characters", "壹叁捌壹贰叁肆伍陆柒捌"),
    ("in mathematical digits", "𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖"),
    ("in circled digits", "①③⑧①②③④⑤⑥⑦⑧"),
    ("over two lines", "1381234\n5678"),
    ("with joiners inside", "138\u200d1234\u200d5678"),
    ("with dots", "138.1234.5678"),
    ("each digit by itself", "1 3 8 1 2 3 4 5 6 7 8"),
    ("between letters", "tel13812345678x"),
    ("a landline", "0571-64212345"),
    ("a landline in brackets", "(0571)64212345"),
    ("an identity number", "330122199003071234"),
    ("with X at its end", "33012219900307123X"),
    ("with a blank in it", "330122 19900307 1234"),
    ("with a wrong check digit", "110101199003070000"),
    ("in full-width digits, identity", "３３０１２２１９９００３０７１２３４"),
    ("the old identity number", "330122900307123"),
    ("a passport after the word", "护照号：123456789"),
    ("a number plate", "浙A12345"),
    ("a plate with its dot", "浙A·8K123"),
    ("a green plate", "浙AD12345"),
    ("a plate in small letters", "浙a12b45"),
    ("a plate in full width", "浙Ａ１２３４５"),
    ("a bank card", "6222021234567890123"),
    ("a bank card in fours", "6222 0212 3456 7890 123"),
    ("a mail address", "写信到zhang.san@example.com"),
    ("a messenger account", "微信号：zhangsan_88"),
]


CODES = ["13812345678", "8613812345678", "/app/13812345678",
         "tel:+8613812345678", "tel-138-1234-5678", "0571-64212345",
         "user_13812345678#1", "OF-330122180001010018",
         "/citizen/33012218000101000X", "id330122180001010018"]


def in_codes():
    """Ids and codes that are somebody's number."""
    rows = [(name, [report(**{name: c}) for c in CODES], name)
            for name in ("id", "source", "correlationid", "causationid",
                         "traceparent")]
    plain = [c for c in CODES if not set(c) & set("/:+#")]
    rows += [(f"the {name} of a report",
              [report({name: c}) for c in plain], name)
             for name in ("unit", "officer", "matter")]
    rows += [
        ("the call that is signed", [command("call.sign", {
            "call": f"{CASEFILE}/{c}", "unit": "330122-NR"})
            for c in plain if "_" not in c], "call"),
        ("a party", [command("mediation.consent", {
            "mediation": CASEFILE + "/M1", "party": c,
            "unit": DIVISION + "-CMD"}) for c in CODES], "party"),
    ]
    return [Case("personal", "in " + name, [publish(e) for e in envelopes],
                 "PERSONAL_DATA", field, secrets=tuple(CODES))
            for name, envelopes, field in rows]


def personal():
    cases = [one("personal", name, report({"summary": "占道。" + words}),
                 "PERSONAL_DATA", "summary", secrets=(words, words[-4:]))
             for name, words in PERSONAL]
    cases.append(Case("personal", "each of them as a place",
                      [publish(report({"place": w})) for _, w in PERSONAL],
                      "PERSONAL_DATA", "place"))
    cases.append(Case("personal", "each of them as a call's reason",
                      [publish(command("call.raise", {
                          "casefile": CASEFILE, "class": "work",
                          "main": "330122-NR", "reason": "见" + w,
                          "unit": "330122-C"})) for _, w in PERSONAL],
                      "PERSONAL_DATA", "reason"))
    return cases


def forbidden():
    facts = {
        "report.received": {"report": CASEFILE, "channel": "app",
                            "reporter": "citizen",
                            "accept_by": "2026-03-18T12:00:00+08:00"},
        "casefile.archived": {"casefile": CASEFILE},
        "command.refused": {"command": "call.sign", "code": "UNKNOWN_ID",
                            "reason": "x"},
        "registry.changed": {"pack": "evil", "version": "1"},
        "clock.advanced": {"from": "2026-03-18T00:00:00+08:00",
                           "to": "2026-04-18T00:00:00+08:00"},
    }
    cases = [one("forbidden", "the fact " + kind, command(kind, data),
                 "FORBIDDEN_TYPE", "type") for kind, data in facts.items()]
    cases.append(one("forbidden", "a fact in its owner's name",
                     command("casefile.archived", {"casefile": CASEFILE},
                             source="/dispatcher"), "FORBIDDEN_TYPE", "type"))
    cases += [one("forbidden", "source " + s, report(source=s),
                  "SOURCE_RESERVED", "source")
              for s in SERVICES + ("/intake/desk", "/bus/")]
    return cases


def seals():
    plain = msgpack.packb({"name": "张三", "phone": "13812345678"})
    box = os.urandom(OVERHEAD + 60)
    digest = hashlib.sha256(box).hexdigest()
    part = "sealed part"
    sign = command("call.sign", {"call": CALL, "unit": "330122-NR"})
    rows = [
        ("announced, not there", report(sealed=digest),
         (), "SEAL_MISSING", "sealed"),
        ("another digest than its own", report(sealed="0" * 64),
         (b"sealed", box), "SEAL_MISMATCH", "sealed"),
        ("open, with a digest", report(sealed=digest),
         (b"open", plain), "SEAL_MISMATCH", "sealed"),
        ("beside another command", sign, (b"sealed", box),
         "SEAL_UNEXPECTED", part),
        ("of no kind", report(), (b"", plain), "BAD_FRAME", part),
        ("of an unknown kind", report(), (b"plain", plain),
         "BAD_FRAME", part),
        ("sealed, empty", report(), (b"sealed", b""), "BAD_SEAL", part),
        ("sealed, overhead only", report(), (b"sealed", bytes(OVERHEAD)),
         "BAD_SEAL", part),
        ("sealed, 32 KiB and one byte", report(),
         (b"sealed", bytes(32 * 1024 + 1)), "TOO_LONG", part),
        ("open, 32 KiB and one byte", report(),
         (b"open", bytes(32 * 1024 + 1)), "TOO_LONG", part),
        ("open, empty", report(), (b"open", b""), "FRAME_EMPTY", part),
        ("open, but sealed", report(), (b"open", b"\xc1" + box),
         "BAD_TYPE", part),
        ("open, a list", report(), (b"open", b"\x90"), "NOT_A_MAP", part),
        ("open, cut", report(), (b"open", plain[:-3]),
         "LENGTH_OVERRUN", part),
        ("open, five bytes that claim 8 GiB", report(),
         (b"open", b"\xdf\x0f\xff\xff\xff"), "LENGTH_OVERRUN", part),
        ("open, GB18030", report(), (b"open", b"\x81\xa4name\xa4"
                                     + "张三".encode("gb18030")),
         "BAD_UTF8", part),
        ("open, an unknown field", report(),
         (b"open", msgpack.packb({"wechat": "z"})),
         "UNKNOWN_FIELD", "wechat"),
        ("open, a phone of 65 bytes", report(),
         (b"open", msgpack.packb({"phone": "1" * 65})), "TOO_LONG", "phone"),
        ("open, a phone as a number", report(),
         (b"open", msgpack.packb({"phone": 13812345678})),
         "WRONG_TYPE", "phone"),
    ]
    return [one("sealed", n, env, c, f, *p) for n, env, p, c, f in rows]


def again(peer):
    """The same id with another body, after one good publish of it."""
    first = report(time="2026-03-18T08:00:00+08:00")
    answer = peer.ask(*publish(first))
    assert answer[0] == b"ACK", answer
    plain = msgpack.packb({"name": "张三"})
    backwards = dict(reversed(list(first.items())))
    same = [backwards, {**first, "time": "2026-03-18T00:00:00Z"},
            {**first, "datacontenttype": "application/msgpack"},
            {**first, "traceparent": None}]
    cases = [Case("again", "the same event, written otherwise",
                  [publish(env) for env in [first] + same], "duplicate")]
    other = dict(first, data={**first["data"], "summary": "路灯亮了"})
    rows = [("other words", other, ()),
            ("another time", {**first, "time": "2026-03-18T08:00:01+08:00"},
             ()),
            ("another division", {**first, "division": DIVISION[:6]}, ()),
            ("a cause", {**first, "causationid": "x"}, ()),
            ("a sealed part, too", first, (b"open", plain)),
            ("other words and a sealed part", other, (b"open", plain))]
    return cases + [one("again", "the same id with " + n, env, "ID_REUSED",
                        "id", *part) for n, env, part in rows]


def stored():
    """Odd, but fine."""
    texts = {
        "SQL": "'; DROP TABLE journal.event; --",
        "markup": "<script>alert(1)</script> & \"'",
        "a tab and a line": "一\t二\n三", "emoji": "路灯💡👨‍👩‍👧坏了",
        "a rare character": "𠮷家村", "4000 bytes": "a" * 4000,
        "a template": "{{7*7}} ${HOME} %s %n", "a formula": "=1+1",
        "a date and a price": "2026-03-18下午欠薪15000元，共3人",
        "an emergency number": "已拨打110和12345",
    }
    cases = []
    for name, words in texts.items():
        env = report({"summary": words})
        cases.append(one("stored", name, env, "stored"))
    plain = msgpack.packb({"name": "张三", "phone": "13812345678",
                           "text": "我是张三，电话13812345678"})
    env = report({"summary": None, "lat": 0, "attachments": []},
                 id=f"{uuid.uuid4()}/a#1")
    cases.append(one("stored", "an open sealed part", env, "stored", None,
                     b"open", plain))
    return cases


def cases(peer):
    return (attributes() + personal() + in_codes() + forbidden() + seals() + again(peer)
            + stored())
