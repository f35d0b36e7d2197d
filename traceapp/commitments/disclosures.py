"""A record split into salted disclosures, and put together again from those that are shown.

A disclosure is the canonical JSON of `[salt, pointer, value]`: salt is 16 random bytes in base64url without padding,
pointer an RFC 6901 pointer into the record. The leaf commits to the digests of all of them, so any may be hidden or
erased, one by one, while what is left still proves itself.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from traceapp.commitments.canonical import Json, canonical
from traceapp.commitments.pointers import DisclosureError, escape, put_together

__all__ = [
    "Disclosed",
    "DisclosureError",
    "Salt",
    "assemble",
    "digest",
    "disclose",
    "leaf",
    "leaf_of",
    "opened",
    "pack",
    "pointers",
    "unpack",
]

Salt = Callable[[], bytes]
"""Gives 16 random bytes each call."""

ITEM_LISTS = frozenset(
    {
        "epcList",
        "childEPCs",
        "inputEPCList",
        "outputEPCList",
        "quantityList",
        "childQuantityList",
        "inputQuantityList",
        "outputQuantityList",
    }
)
"""Members of an event whose elements are disclosed one by one."""

_DIGEST_SIZE = 32
_SALT_SIZE = 16


class Disclosed(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True, gc=False):
    """One disclosure, opened."""

    salt: str
    pointer: str
    value: object


_decode = msgspec.json.Decoder(Disclosed).decode


def disclose(record: Mapping[str, Json], salt: Salt) -> list[bytes]:
    """Split a record; the parts are in the record's order. StrictJsonError if a value cannot be committed."""
    return [_disclosure(salt(), pointer, value) for pointer, value in _split(record)]


def _split(record: Mapping[str, Json]) -> Iterable[tuple[str, Json]]:
    for name, value in record.items():
        pointer = f"/{escape(name)}"
        if name in ("event", "statement") and isinstance(value, dict) and _splits(value):
            yield from _split_members(pointer, value, items=name == "event")
        else:
            yield pointer, value


def _splits(members: Mapping[str, Json]) -> bool:
    # A member named by digits alone would read as an element of a list once its neighbours are hidden.
    return bool(members) and not any(name.isdigit() for name in members)


def _split_members(parent: str, members: Mapping[str, Json], *, items: bool) -> Iterable[tuple[str, Json]]:
    for name, value in members.items():
        pointer = f"{parent}/{escape(name)}"
        if items and name in ITEM_LISTS and isinstance(value, list) and value:
            for index, element in enumerate(value):
                yield f"{pointer}/{index}", element
        else:
            yield pointer, value


def _disclosure(salt: bytes, pointer: str, value: Json) -> bytes:
    if len(salt) != _SALT_SIZE:
        raise DisclosureError(f"a salt of {len(salt)} bytes; {_SALT_SIZE} are expected")
    return b'["%b",%b,%b]' % (urlsafe_b64encode(salt)[:22], canonical(pointer), canonical(value))


def pack(disclosures: Sequence[bytes]) -> bytes:
    """The stored form: joined by newlines, which canonical JSON never holds."""
    if any(b"\n" in one or not one for one in disclosures):
        raise DisclosureError("a disclosure is empty or holds a newline")
    return b"\n".join(disclosures)


def unpack(stored: bytes) -> list[bytes]:
    """The disclosures of a stored form."""
    return stored.split(b"\n") if stored else []


def digest(disclosure: bytes) -> bytes:
    """SHA-256 of 0x02 and the disclosure."""
    return hashlib.sha256(b"\x02" + disclosure).digest()


def leaf(digests: Iterable[bytes]) -> bytes:
    """SHA-256 of 0x00 and all digests of a record, each once, sorted as bytes."""
    return hashlib.sha256(b"\x00" + b"".join(sorted(set(digests)))).digest()


def leaf_of(stored: bytes, hidden: bytes = b"") -> bytes:
    """The leaf of stored disclosures and the digests, 32 bytes each one after another, of those erased."""
    if len(hidden) % _DIGEST_SIZE:
        raise DisclosureError("hidden digests are not 32 bytes each")
    sha256 = hashlib.sha256
    digests = [sha256(b"\x02" + one).digest() for one in stored.split(b"\n")] if stored else []
    if hidden:
        digests += [hidden[at : at + _DIGEST_SIZE] for at in range(0, len(hidden), _DIGEST_SIZE)]
    return sha256(b"\x00" + b"".join(sorted(set(digests)))).digest()


def opened(disclosure: bytes) -> Disclosed:
    """Salt, pointer and value of a disclosure; DisclosureError if it is not one.

    Reads leniently what a matching digest already vouches for. A checker of foreign bytes first makes sure that they
    are canonical: `canonical(parse_strict(d)) == d`.
    """
    try:
        return _decode(disclosure)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DisclosureError(f"not a disclosure: {error}") from None


def pointers(disclosures: Iterable[bytes]) -> list[str]:
    """The pointer of each disclosure, in order."""
    return [opened(one).pointer for one in disclosures]


def assemble(disclosures: Iterable[bytes]) -> dict[str, Json]:
    """The record as far as it is disclosed; hidden elements of lists leave no gap.

    DisclosureError for what is no disclosure, a pointer that equals or begins another, or a wrong index.
    """
    return put_together([(one.pointer, one.value) for one in map(opened, disclosures)])
