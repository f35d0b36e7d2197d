"""The tree against RFC 9162's own recursive definitions, and against hashes written out by hand."""

import contextlib
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceapp.commitments.tree import TreeError, path, root, root_from_path, root_of


def leaf_number(i: int) -> bytes:
    return hashlib.sha256(b"\x00" + i.to_bytes(4, "big")).digest()


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def split(n: int) -> int:
    """RFC 9162: the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word by word."""
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha(b"\x01", mth(leaves[:k]), mth(leaves[k:]))


def audit_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162 section 2.1.3.1, word by word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*audit_path(m, leaves[:k]), mth(leaves[k:])]
    return [*audit_path(m - k, leaves[k:]), mth(leaves[:k])]


sizes = st.integers(1, 130)


@given(st.integers(0, 300))
def test_leaves_that_pass_by_lead_to_the_same_root(count):
    leaves = [leaf_number(i) for i in range(count)]
    assert root_of(iter(leaves)) == root(leaves) == mth(leaves)


def test_roots_written_out_by_hand():
    a, b, c, d, e = map(leaf_number, range(5))
    assert root([]) == hashlib.sha256(b"").digest()
    assert root([a]) == a
    assert root([a, b]) == sha(b"\x01", a, b)
    assert root([a, b, c]) == sha(b"\x01", sha(b"\x01", a, b), c)
    four = sha(b"\x01", sha(b"\x01", a, b), sha(b"\x01", c, d))
    assert root([a, b, c, d]) == four
    assert root([a, b, c, d, e]) == sha(b"\x01", four, e)


def test_a_root_known_as_a_number():
    # printf '\001' then 32 bytes of 0x11 and 32 of 0x22, through sha256sum.
    assert root([b"\x11" * 32, b"\x22" * 32]).hex() == ROOT_OF_11_AND_22


ROOT_OF_11_AND_22 = "1d8f52d3ec81ac02cd97cb3281523be47af850c0f0295af866f04bc245f46bbf"


def test_paths_written_out_by_hand():
    a, b, c, d, e = map(leaf_number, range(5))
    ab, cd = sha(b"\x01", a, b), sha(b"\x01", c, d)
    assert path([a], 0) == []
    assert path([a, b, c, d, e], 0) == [b, cd, e]
    assert path([a, b, c, d, e], 3) == [c, ab, e]
    assert path([a, b, c, d, e], 4) == [sha(b"\x01", ab, cd)]


@given(sizes)
@settings(deadline=None)
def test_the_root_is_the_rfcs(size):
    leaves = [leaf_number(i) for i in range(size)]
    assert root(leaves) == mth(leaves)


@given(sizes.flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
@settings(max_examples=200, deadline=None)
def test_the_path_is_the_rfcs_and_leads_to_the_root(size_and_index):
    size, index = size_and_index
    leaves = [leaf_number(i) for i in range(size)]
    proof = path(leaves, index)
    assert proof == audit_path(index, leaves)
    assert root_from_path(leaves[index], index, size, proof) == root(leaves)


@given(st.integers(2, 64).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1), st.integers(0, 63))))
@settings(max_examples=200, deadline=None)
def test_no_other_leaf_index_or_size_leads_there(case):
    size, index, other = case
    leaves = [leaf_number(i) for i in range(size)]
    proof, expected = path(leaves, index), root(leaves)
    assert root_from_path(leaf_number(1000), index, size, proof) != expected
    if other % size != index:
        # A path of another length is refused, which is as good.
        with contextlib.suppress(TreeError):
            assert root_from_path(leaves[index], other % size, size, proof) != expected
    broken = [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]]
    assert root_from_path(leaves[index], index, size, broken) != expected


@given(st.integers(1, 64).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_a_path_that_is_too_short_or_too_long_is_refused(size_and_index):
    size, index = size_and_index
    leaves = [leaf_number(i) for i in range(size)]
    proof = path(leaves, index)
    with pytest.raises(TreeError, match="too long"):
        root_from_path(leaves[index], index, size, [*proof, leaf_number(0)])
    if proof:
        with pytest.raises(TreeError, match="too short"):
            root_from_path(leaves[index], index, size, proof[:-1])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (5, 2)])
def test_a_leaf_outside_the_tree_is_refused(index, size):
    with pytest.raises(TreeError):
        root_from_path(leaf_number(0), index, size, [])
    with pytest.raises(TreeError):
        path([leaf_number(i) for i in range(size)], index)


def test_a_hash_of_another_length_is_refused():
    with pytest.raises(TreeError, match="31 bytes"):
        root([b"x" * 31])
    with pytest.raises(TreeError, match="33 bytes"):
        root_from_path(leaf_number(0), 0, 2, [b"x" * 33])
