"""Frames that are not what they should be, and bytes that are no msgpack."""
import struct

import msgpack

from bad_case import Case, one, publish
from peer import report


def pack(value):
    return msgpack.packb(value)


def raw_map(*pairs):
    """A map from packed halves, so that keys may repeat or be anything."""
    return bytes([0x80 | len(pairs)]) + b"".join(k + v for k, v in pairs)


def raw_text(data):
    """A str of any bytes."""
    return b"\xda" + struct.pack(">H", len(data)) + data


def with_summary(packed):
    """A good envelope but for the packed value of data.summary."""
    env = report({"summary": None}, data=None)
    data = raw_map((pack("channel"), pack("hotline")),
                   (pack("summary"), packed))
    pairs = [(pack(k), pack(v)) for k, v in env.items()]
    return raw_map(*pairs, (pack("data"), data))


def nested(depth):
    """A good envelope whose data goes DEPTH maps deep in all."""
    inner = b"\x80"
    for _ in range(depth - 2):
        inner = raw_map((pack("x"), inner))
    pairs = [(pack(k), pack(v)) for k, v in report(data=None).items()
             if k != "data"]
    return raw_map(*pairs, (pack("data"), inner))


def frames():
    env = pack(report())
    rows = [
        ("the word PUB alone", [b"PUB"], "BAD_FRAME", "frames"),
        ("no envelope", [b"PUB", b"7"], "BAD_FRAME", "frames"),
        ("a kind without a part", [b"PUB", b"7", env, b"open"],
         "BAD_FRAME", "frames"),
        ("one frame too many", [b"PUB", b"7", env, b"open", b"\x80", b""],
         "BAD_FRAME", "frames"),
        ("nine frames", [b"PUB"] + [b"7"] * 8, "BAD_FRAME", "frames"),
        ("100 frames", [b"PUB"] + [env] * 99, "BAD_FRAME", "frames"),
        ("1000 empty frames", [b""] * 1000, "BAD_FRAME", "frames"),
        ("an empty frame alone", [b""], "FRAME_EMPTY", "word"),
        ("an empty delimiter before it, as REQ sends",
         [b"", b"PUB", b"7", env], "FRAME_EMPTY", "word"),
        ("an unknown word", [b"PUBLISH", b"7", env], "BAD_FRAME", "word"),
        ("a word in lower case", [b"pub", b"7", env], "BAD_FRAME", "word"),
        ("a word of the log", [b"OPEN", b"a", b"\x80"], "BAD_FRAME", "word"),
        ("a word of 200 KiB", [b"P" * 200 * 1024], "BAD_FRAME", "word"),
        ("a word of no UTF-8", [b"\xff\xfe"], "BAD_FRAME", "word"),
        ("an envelope as its own word", [env], "BAD_FRAME", "word"),
        ("HELLO without a version", [b"HELLO"],
         "UNSUPPORTED_VERSION", "protocol"),
        ("HELLO, version 0", [b"HELLO", b"0"],
         "UNSUPPORTED_VERSION", "protocol"),
        ("HELLO, version 999", [b"HELLO", b"999", b"me"],
         "UNSUPPORTED_VERSION", "protocol"),
        ("HELLO, version as text", [b"HELLO", b"one", b"me"],
         "UNSUPPORTED_VERSION", "protocol"),
        ("HELLO, version 2", [b"HELLO", b"2"],
         "UNSUPPORTED_VERSION", "protocol"),
        ("HELLO, no bytes of version", [b"HELLO", b""],
         "UNSUPPORTED_VERSION", "protocol"),
        ("HELLO with a frame too many", [b"HELLO", b"1", b"me", b"too"],
         "BAD_FRAME", "frames"),
        ("hello in lower case", [b"hello", b"1"], "BAD_FRAME", "word"),
        ("PING with a frame", [b"PING", b""], "BAD_FRAME", "frames"),
        ("ping in lower case", [b"ping"], "BAD_FRAME", "word"),
        ("CREDIT of the log", [b"CREDIT", b"a", b"1"], "BAD_FRAME", "word"),
        ("CURSOR of the log", [b"CURSOR", b"a", b"1"], "BAD_FRAME", "word"),
        ("an answer of the bus", [b"ACK", b"1", b"\x80"],
         "BAD_FRAME", "word"),
        ("HELLO, version as msgpack", [b"HELLO", b"\x01"],
         "UNSUPPORTED_VERSION", "protocol"),
    ]
    cases = [Case("frames", n, [f], c, w) for n, f, c, w in rows]
    cases.append(Case("frames", "a number of 1000 bytes",
                      [publish(b"\x80\x80", number=b"9" * 1000)],
                      "TRAILING_BYTES", "envelope", number=b"9" * 1000))
    return cases


def bombs():
    rows = [
        ("array32 of 2^28-1, five bytes", b"\xdd\x0f\xff\xff\xff"),
        ("array32 of 2^32-2^24, five bytes", b"\xdd\xff\x00\x00\x00"),
        ("map32 of 2^32-1, five bytes", b"\xdf\xff\xff\xff\xff"),
        ("map16 of 65535, three bytes", b"\xde\xff\xff"),
        ("array16 of 65535, three bytes", b"\xdc\xff\xff"),
        ("str32 of 2^32-1 and one byte", b"\xdb\xff\xff\xff\xffa"),
        ("bin32 of 2^32-1 and one byte", b"\xc6\xff\xff\xff\xffa"),
    ]
    cases = [one("bombs", name, bomb, "LENGTH_OVERRUN", "envelope")
             for name, bomb in rows]
    cases.append(Case("bombs", "the same inside the message",
                      [publish(with_summary(b)) for _, b in rows],
                      "LENGTH_OVERRUN", "summary"))
    cases += [
        one("bombs", "ext32 of 2^32-1", b"\xc9\xff\xff\xff\xff\x01",
            "BAD_TYPE", "envelope"),
        one("bombs", "64 KiB of nils", b"\xc0" * 65536,
            "NOT_A_MAP", "envelope"),
        one("bombs", "64 KiB of nils in a list",
            with_summary(b"\xdc\xf8\x00" + b"\xc0" * 0xf800),
            "TOO_MANY_NODES"),
        one("bombs", "5000 empty lists in five",
            with_summary(pack([[[]] * 1000] * 5)),
            "TOO_MANY_NODES", "summary"),
        one("bombs", "65 keys in one map",
            report(data={f"k{i}": i for i in range(65)}),
            "TOO_MANY_KEYS", "k64"),
        one("bombs", "65537 bytes", with_summary(pack("a" * 65536))[:65537],
            "TOO_LONG", "envelope"),
        one("bombs", "200 KiB", b"\x81" * 200 * 1024, "TOO_LONG", "envelope"),
        one("bombs", "a text of 16385 bytes", with_summary(pack("a" * 16385)),
            "TOO_LONG", "summary"),
    ]
    cases += [one("bombs", f"{depth} maps deep", nested(depth),
                  "TOO_DEEP", "x") for depth in (9, 33, 10000)]
    return cases


def structure():
    env = pack(report())
    cases = [Case("bytes", "cut at every byte",
                  [publish(env[:n]) for n in range(1, len(env))],
                  "TRUNCATED|LENGTH_OVERRUN"),
             Case("bytes", "cut at every byte, lengths in full",
                  [publish(b"\xdf\x00\x00\x00\x06" + env[1:n])
                   for n in range(14, len(env), 3)],
                  "TRUNCATED|LENGTH_OVERRUN")]
    rows = [
        ("nothing at all", b"", "FRAME_EMPTY"),
        ("one byte behind it", env + b"\xc0", "TRAILING_BYTES"),
        ("itself twice", env + env, "TRAILING_BYTES"),
        ("a list", pack([report()]), "NOT_A_MAP"),
        ("nil", b"\xc0", "NOT_A_MAP"),
        ("a number", b"\x2a", "NOT_A_MAP"),
        ("a text that is JSON", pack('{"id":"1"}'), "NOT_A_MAP"),
        ("JSON itself", b'{"specversion":"1.0"}', "NOT_A_MAP"),
        ("the byte that is never used", b"\xc1", "BAD_TYPE"),
        ("a number as key", raw_map((b"\x01", b"\x02")), "KEY_NOT_TEXT"),
        ("nil as key", raw_map((b"\xc0", b"\x02")), "KEY_NOT_TEXT"),
        ("a list as key", raw_map((b"\x90", b"\x02")), "KEY_NOT_TEXT"),
        ("bytes as key", raw_map((b"\xc4\x02id", b"\x02")), "KEY_NOT_TEXT"),
    ]
    cases += [one("bytes", n, b, c, "envelope") for n, b, c in rows]
    rows = [("that byte inside", b"\xc1"),
            ("an extension type", b"\xd4\x01\x00"),
            ("a timestamp of msgpack", b"\xd6\xff\x00\x00\x00\x00")]
    cases += [one("bytes", n, with_summary(v), "BAD_TYPE", "summary")
              for n, v in rows]
    pair = (pack("id"), pack("a"))
    cases += [
        one("bytes", "the same key twice", raw_map(pair, pair),
            "DUPLICATE_KEY", "id"),
        one("bytes", "the same key twice, in two forms",
            raw_map(pair, (b"\xd9\x02id", pack("a"))), "DUPLICATE_KEY", "id"),
        one("bytes", "the same key twice in the message",
            raw_map((pack("data"), raw_map(pair, pair))),
            "DUPLICATE_KEY", "id"),
        one("bytes", "a key of 65 bytes", raw_map((pack("k" * 65), b"\xc0")),
            "KEY_TOO_LONG", "k" * 64),
        one("bytes", "a key of 66 bytes, cut inside a character",
            raw_map((pack("路" * 22), b"\xc0")), "KEY_TOO_LONG",
            "路" * 21),
        one("bytes", "a key of 65 bytes of no UTF-8",
            raw_map((raw_text(b"\xff" * 65), b"\xc0")), "BAD_UTF8",
            "envelope"),
    ]
    return cases


def text():
    bad = {
        "a lone continuation byte": b"\x80", "overlong NUL": b"\xc0\x80",
        "an overlong slash": b"\xe0\x80\xaf", "a surrogate": b"\xed\xa0\x80",
        "above U+10FFFF": b"\xf4\x90\x80\x80", "byte f5": b"\xf5\x80\x80\x80",
        "a cut character": "灯".encode()[:2],
        "GB18030 for 东门路灯不亮": "东门路灯不亮".encode("gb18030"),
        "UTF-16": "路灯".encode("utf-16"),
    }
    cases = [one("text", name, with_summary(raw_text(b"ok " + data)),
                 "BAD_UTF8", "summary") for name, data in bad.items()]
    cases.append(one("text", "a key of no UTF-8",
                     raw_map((raw_text(b"\xff"), b"\xc0")),
                     "BAD_UTF8", "envelope"))
    control = {
        "NUL": "\0", "ESC": "\x1b[31m", "CR LF": "\r\n", "BEL": "\a",
        "DEL": "\x7f", "C1 NEL": "\x85", "zero width space": "\u200b",
        "left-to-right mark": "\u200e", "right-to-left mark": "\u200f",
        "line separator": "\u2028", "paragraph separator": "\u2029",
        "right-to-left override": "\u202e", "isolate": "\u2066",
        "pop isolate": "\u2069", "byte order mark": "\ufeff",
    }
    cases += [one("text", name, with_summary(pack("灯" + c + "灭")),
                  "CONTROL_CHAR", "summary") for name, c in control.items()]
    cases.append(one("text", "every other direction character", with_summary(
        pack("灯\u202a\u202b\u202c\u202d\u2067\u2068")),
        "CONTROL_CHAR", "summary"))
    return cases


def cases():
    return frames() + bombs() + structure() + text()
