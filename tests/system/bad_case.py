"""One row of the table of bad input."""
from dataclasses import dataclass

import msgpack


@dataclass
class Case:
    group: str
    name: str
    variants: list  # of messages, each a list of frames
    code: str  # refusal code, "A|B" for either; or "stored", "duplicate"
    field: str = None  # that the refusal must name
    named: tuple = ()  # fields that its reason must name as well
    secrets: tuple = ()  # what it must not repeat
    number: bytes = None  # that it must carry


def publish(body, *part, number=b"7"):
    """Frames of PUB; BODY is bytes, or an envelope to pack."""
    packed = body if isinstance(body, bytes) else msgpack.packb(body)
    return [b"PUB", number, packed, *part]


def one(group, name, body, code, field=None, *part, **more):
    """A case of one publish."""
    return Case(group, name, [publish(body, *part)], code, field, number=b"7",
                **more)
