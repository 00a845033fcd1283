"""Authorisation as a table: what clients with certain rights may not do."""
import msgpack

from bad_case import Case, publish
from peer import report

TOWN = "330122109"
VILLAGE = "330122109002"
NEIGHBOUR = "330122110"
COUNTY = "330122"

# Name: rights.  Their sources are /NAME unless it says otherwise.
CLIENTS = {
    "town": ["--publish", f"report.submit/{TOWN}", "--publish", "call.*",
             "--read", "report.*", "--read", f"call.raised/{TOWN}"],
    "wide": ["--publish", "*", "--read", f"*/{TOWN}", "--source", "/wide",
             "--source", "/grid/9", "--source", "/intake"],
    "mute": ["--live"],
}


def submit(client, code, field=None, name=None, **attributes):
    attributes.setdefault("source", f"/{client}")
    frames = publish(report(**attributes))
    shown = name or ", ".join(f"{k} {v}" for k, v in attributes.items())
    return client, "publish", Case("rights", f"{client}: {shown}", [frames],
                                   code, field, number=b"7")


def bytes_of(client, name, frames, code, field):
    return client, "publish", Case("rights", f"{client}: {name}", [frames],
                                   code, field)


def publishes():
    return [
        submit("town", "stored", division=TOWN),
        submit("town", "stored", division=VILLAGE),
        submit("town", "stored", source="/town/app/7"),
        submit("wide", "stored", source="/grid/9", division=NEIGHBOUR),
        # Whose name it speaks in.
        submit("town", "SOURCE_MISMATCH", "source", source="/wide"),
        submit("town", "SOURCE_MISMATCH", "source", source="/townhall"),
        submit("town", "SOURCE_MISMATCH", "source", source="/tow"),
        submit("town", "SOURCE_MISMATCH", "source", source="town"),
        submit("town", "SOURCE_MISMATCH", "source", source="/Town"),
        submit("town", "SOURCE_MISMATCH", "source", source="//town"),
        submit("wide", "SOURCE_MISMATCH", "source", source="/grid"),
        submit("wide", "SOURCE_MISMATCH", "source", source="/grid/90"),
        submit("mute", "SOURCE_MISMATCH", "source", source="/town"),
        # A service's is nobody's, whatever was granted.
        submit("wide", "SOURCE_RESERVED", "source", source="/intake"),
        submit("wide", "SOURCE_RESERVED", "source", source="/intake/x"),
        # What.
        submit("town", "NOT_GRANTED", "type", type="task.sign"),
        submit("town", "NOT_GRANTED", "type", type="callback.record"),
        submit("mute", "NOT_GRANTED", "type"),
        # A fact is its owner's, whatever was granted; so is the unknown.
        submit("wide", "FORBIDDEN_TYPE", "type", type="report.received"),
        submit("wide", "FORBIDDEN_TYPE", "type", type="call.raised"),
        submit("wide", "UNKNOWN_TYPE", "type", type="report.received2"),
        # Where.
        submit("town", "NOT_GRANTED", "division", division=NEIGHBOUR),
        submit("town", "NOT_GRANTED", "division", division=COUNTY),
        submit("town", "NOT_GRANTED", "division", division="330123109"),
        submit("town", "NOT_GRANTED", "division", division=None,
               name="no division"),
        # One fault of several: the step that comes first.
        submit("town", "SOURCE_MISMATCH", "source", source="/x",
               type="task.sign", division=NEIGHBOUR),
        submit("town", "NOT_GRANTED", "type", type="task.sign",
               division=NEIGHBOUR),
        submit("town", "BAD_FORMAT", "division", division="33012210"),
        submit("wide", "UNKNOWN_DIVISION", "division", division="330122999"),
        bytes_of("mute", "no map", publish(b"\x90"), "NOT_A_MAP", "envelope"),
        bytes_of("mute", "no envelope", [b"PUB", b"7"], "BAD_FRAME",
                 "frames"),
        bytes_of("mute", "an unknown word", [b"GET"], "BAD_FRAME", "word"),
    ]


def opening(client, code, **wanted):
    shown = ", ".join(f"{k} {v}" for k, v in wanted.items()) or "all"
    frames = [b"OPEN", b"a", msgpack.packb(wanted)]
    return client, "log", Case("rights", f"{client}: reads {shown}", [frames],
                               code)


def readers():
    return [
        opening("mute", "NOT_GRANTED"),
        opening("mute", "NOT_GRANTED", topics=["report."]),
        opening("mute", "NOT_GRANTED", casefile="330122-26-0000417"),
        opening("mute", "BAD_OPTION", since=1),
        opening("town", "NOT_GRANTED", topics=["task."]),
        opening("town", "NOT_GRANTED", topics=["task.signed/"]),
        opening("town", "NOT_GRANTED", topics=["reporter."]),
        opening("town", "NOT_GRANTED", topics=["report.", "task."]),
        opening("town", "NOT_GRANTED", topics=["call.raise/"]),
        opening("town", "NOT_GRANTED",
                topics=[f"call.raised/{NEIGHBOUR}"]),
        opening("town", "NOT_GRANTED", topics=["call."], division=NEIGHBOUR),
        opening("wide", "NOT_GRANTED", division=NEIGHBOUR),
        opening("wide", "NOT_GRANTED", topics=[f"report.submit/{NEIGHBOUR}"]),
    ]


def cases():
    """(client, endpoint, case) of each."""
    return publishes() + readers()
