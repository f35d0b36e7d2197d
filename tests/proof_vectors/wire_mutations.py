"""Protobuf messages changed on the wire, as somebody who holds the keys would before signing: whole, but odd."""

from collections.abc import Callable
from random import Random

Field = tuple[int, bytes]  # tag, and what follows it: the number, or length and content

_NUMBERS = [0, 1, 2, 3, 11, 200, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**69]
_CONTENTS = [
    b"",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    "é".encode(),
    b"qscc",
    b"trace",
    b"traceability",
    b"x" * 200,
    b"\x08\x01",
]


def odd(random: Random, data: bytes) -> bytes:
    """One message, changed somewhere in it or in a message inside."""
    found = fields(data)
    if not found:
        return data + random.choice(_CONTENTS)
    inner = [at for at, (tag, rest) in enumerate(found) if tag & 7 == 2 and fields(_content(rest))]
    if inner and random.random() < 0.4:
        at = random.choice(inner)
        content = odd(random, _content(found[at][1]))
        found[at] = (found[at][0], varint(len(content)) + content)
        return _joined(found)
    return random.choice(_WAYS)(random, found)


def fields(data: bytes) -> list[Field]:
    """The fields of a message in their order; none where it is no message."""
    found: list[Field] = []
    at = 0
    while at < len(data):
        tag, start = _number(data, at)
        if start > len(data) or tag >> 3 == 0 or tag & 7 not in (0, 2):
            return []
        size, end = _number(data, start)
        end = end + size if tag & 7 == 2 else end
        if end > len(data):
            return []
        found.append((tag, data[start:end]))
        at = end
    return found


def varint(number: int, more: int = 0) -> bytes:
    """A number in base 128; `more` bytes longer than it needs."""
    out = bytearray()
    while number > 0x7F or more:
        if number <= 0x7F:
            more -= 1
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at
    return 0, len(data) + 1


def _content(rest: bytes) -> bytes:
    return rest[_number(rest, 0)[1] :]


def _joined(found: list[Field]) -> bytes:
    return b"".join(varint(tag) + rest for tag, rest in found)


def _shuffled(random: Random, found: list[Field]) -> bytes:
    random.shuffle(found)
    return _joined(found)


def _twice(random: Random, found: list[Field]) -> bytes:
    found.insert(random.randrange(len(found) + 1), random.choice(found))
    return _joined(found)


def _without(random: Random, found: list[Field]) -> bytes:
    del found[random.randrange(len(found))]
    return _joined(found)


def _unknown(random: Random, found: list[Field]) -> bytes:
    number = random.choice([1, 2, 3, 4, 5, 9, 15, 16, 2047, 2**29 - 1, 2**29])
    kind, rest = random.choice(
        [
            (0, b"\x01"),
            (1, bytes(8)),
            (2, b"\x00"),
            (2, b"\x01x"),
            (3, varint(number << 3 | 4)),
            (4, b""),
            (5, bytes(4)),
            (6, b""),
        ]
    )
    found.insert(random.randrange(len(found) + 1), (number << 3 | kind, rest))
    return _joined(found)


def _overlong(random: Random, found: list[Field]) -> bytes:
    at, more = random.randrange(len(found)), random.choice([1, 2, 6, 9])
    tag, rest = found[at]
    head, behind = _number(rest, 0)
    either = varint(tag, more) + rest, varint(tag) + varint(head, more) + rest[behind:]
    odd_one = random.choice(either)
    return _joined(found[:at]) + odd_one + _joined(found[at + 1 :])


def _valued(random: Random, found: list[Field]) -> bytes:
    at = random.randrange(len(found))
    tag = found[at][0]
    if tag & 7 == 0:
        found[at] = (tag, varint(random.choice(_NUMBERS)))
    else:
        content = random.choice([*_CONTENTS, *(_content(rest) for other, rest in found if other & 7 == 2)])
        found[at] = (tag, varint(len(content)) + content)
    return _joined(found)


def _lengthened(random: Random, found: list[Field]) -> bytes:
    at = random.randrange(len(found))
    tag, rest = found[at]
    size, behind = _number(rest, 0)
    found[at] = (tag, varint(max(size + random.choice([-1, 1, 2**31, 2**32, 2**63]), 0)) + rest[behind:])
    return _joined(found)


def _flipped(random: Random, found: list[Field]) -> bytes:
    data = bytearray(_joined(found))
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


_WAYS: list[Callable[[Random, list[Field]], bytes]] = [
    _shuffled, _twice, _without, _unknown, _overlong, _valued, _valued, _lengthened, _flipped,
]  # fmt: skip
