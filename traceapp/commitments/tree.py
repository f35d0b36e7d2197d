"""The Merkle tree of RFC 9162 section 2.1, over leaves that are hashed already (see `disclosures.leaf`)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import islice

_SIZE = 32
_AT_ONCE = 1024  # leaves of a subtree that is worked out whole: a power of two


class TreeError(ValueError):
    """A leaf, index, size or path that cannot belong to a tree."""


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes of 32 bytes each; of none at all, SHA-256 of nothing."""
    level = _checked(leaves)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        level = _next_level(level)
    return level[0]


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The same root, of leaves that pass by one after another: what is held are the roots of whole subtrees."""
    whole: list[tuple[int, bytes]] = []  # (leaves, root), the largest first
    passing = iter(leaves)
    while some := list(islice(passing, _AT_ONCE)):
        size, result = len(some), root(some)
        while whole and whole[-1][0] == size:
            result, size = node(whole.pop()[1], result), 2 * size
        whole.append((size, result))
    if not whole:
        return hashlib.sha256(b"").digest()
    _, result = whole.pop()
    while whole:
        result = node(whole.pop()[1], result)
    return result


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of the leaf at `index` (from 0), nearest neighbour first (RFC 9162 section 2.1.3.1)."""
    level = _checked(leaves)
    if not 0 <= index < len(level):
        raise TreeError(f"there is no leaf {index} in a tree of {len(level)}")
    neighbours: list[bytes] = []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            neighbours.append(level[neighbour])
        level = _next_level(level)
        index >>= 1
    return neighbours


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf and its audit path lead to (RFC 9162 section 2.1.3.2); TreeError if its length is wrong."""
    if not 0 <= index < size:
        raise TreeError(f"there is no leaf {index} in a tree of {size}")
    _checked([leaf, *path])
    result, last = leaf, size - 1
    neighbours = iter(path)
    try:
        while last:
            if index & 1:
                result = node(next(neighbours), result)
            elif index < last:
                result = node(result, next(neighbours))
            # Otherwise the node has no neighbour on this level and moves up as it is.
            index, last = index >> 1, last >> 1
    except StopIteration:
        raise TreeError("the path is too short") from None
    if next(neighbours, None) is not None:
        raise TreeError("the path is too long")
    return result


def _next_level(level: list[bytes]) -> list[bytes]:
    """Pairs hashed; an odd last node moves up unchanged, which is RFC 9162's split at the largest power of two."""
    pairs = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[-1:] if len(level) % 2 else pairs


def _checked(hashes: Sequence[bytes]) -> list[bytes]:
    for one in hashes:
        if len(one) != _SIZE:
            raise TreeError(f"a hash of {len(one)} bytes; {_SIZE} are expected")
    return list(hashes)
