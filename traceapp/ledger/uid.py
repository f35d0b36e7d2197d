"""A record's public id, made of its leaf: an RFC 9562 UUID of version 8 (custom).

The leaf is a hash over random salts, so the id tells nothing and nobody can choose it; and whoever knows what was
anchored knows the id that belongs there, whether or not the row still stands.
"""

import uuid

_VERSION = 8 << 76
_VARIANT = 2 << 62
_CLEAR = ~((0xF << 76) | (3 << 62)) & (2**128 - 1)


def uid_of(leaf: bytes) -> uuid.UUID:
    """The public id of the record with this leaf (32 bytes)."""
    return uuid.UUID(int=number_of(leaf))


def number_of(leaf: bytes) -> int:
    """The same as a number of 128 bits: cheaper to compare by the thousand."""
    return (int.from_bytes(leaf[:16], "big") & _CLEAR) | _VERSION | _VARIANT
