"""What the committer finds when the state is no longer what a transaction read."""

from pathlib import Path

import pytest

from tests.unit.embedded_world import World
from traceapp.ledger.protos import transaction

VALID, MVCC = transaction.VALID, transaction.MVCC_READ_CONFLICT
PHANTOM = transaction.PHANTOM_READ_CONFLICT


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "ledger", shelf=True)


def codes(world: World, *calls: tuple[str, ...]) -> list[int]:
    """Endorse all on one state, then commit them in order."""
    endorsed = [world.endorse(*call) for call in calls]
    return [world.commit(one).code for one in endorsed]


def test_a_read_of_a_key_that_changed_since_conflicts(world: World) -> None:
    world.commit(world.endorse("put", "a", "1"))
    assert codes(world, ("put", "a", "2"), ("copy", "a", "b")) == [VALID, MVCC]
    assert world.get("b") == b""


def test_a_read_of_a_missing_key_conflicts_once_it_exists(world: World) -> None:
    assert codes(world, ("put", "a", "1"), ("copy", "a", "b")) == [VALID, MVCC]


def test_a_read_of_a_key_that_was_deleted_since_conflicts(world: World) -> None:
    world.commit(world.endorse("put", "a", "1"))
    assert codes(world, ("delete", "a"), ("copy", "a", "b")) == [VALID, MVCC]
    assert codes(world, ("copy", "a", "c")) == [VALID]
    assert world.get("c") == b"nothing"


def test_a_key_deleted_and_written_again_has_another_version(world: World) -> None:
    world.commit(world.endorse("put", "a", "1"))
    late = world.endorse("copy", "a", "b")
    codes(world, ("delete", "a"))
    codes(world, ("put", "a", "1"))
    assert world.commit(late).code == MVCC


def test_blind_writes_do_not_conflict_and_the_last_one_stands(world: World) -> None:
    assert codes(world, ("put", "a", "1"), ("put", "a", "2")) == [VALID, VALID]
    assert world.get("a") == b"2"


def test_a_conflict_is_found_inside_one_block_too(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger", shelf=True, max_count=2)
    world.ledger._cutting = type(world.ledger._cutting)(batch_timeout=60.0, max_count=2)
    first, second = world.endorse("put", "a", "1"), world.endorse("copy", "a", "b")
    statuses = [world.status(tx_id) for tx_id in [world.submit(first), world.submit(second)]]
    assert [(status.code, status.block) for status in statuses] == [(VALID, 1), (MVCC, 1)]


def test_an_invalid_transaction_changes_no_version(world: World) -> None:
    world.commit(world.endorse("put", "a", "1"))
    later = world.endorse("copy", "b", "d")
    assert codes(world, ("put", "a", "2"), ("copy", "a", "b")) == [VALID, MVCC]
    assert world.commit(later).valid


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("put", "m2", "new"), PHANTOM),  # a key more within the range
        (("put", "m1", "changed"), PHANTOM),
        (("delete", "m3"), PHANTOM),
        (("put", "n", "new"), VALID),  # the end is not part of it
        (("put", "l", "new"), VALID),
    ],
)
def test_a_range_is_read_as_a_whole(world: World, change: tuple[str, ...], found: int) -> None:
    for key in ("m1", "m3"):
        world.commit(world.endorse("put", key, "x"))
    assert codes(world, change, ("list", "m", "n", "out")) == [VALID, found]


def test_an_empty_range_conflicts_once_something_is_in_it(world: World) -> None:
    assert codes(world, ("put", "m1", "x"), ("list", "m", "n", "out")) == [VALID, PHANTOM]


def test_a_range_without_an_end_reaches_to_the_last_key(world: World) -> None:
    assert codes(world, ("put", "zz", "x"), ("list", "m", "", "out")) == [VALID, PHANTOM]


@pytest.mark.parametrize(("key", "found"), [("m0", PHANTOM), ("m1", PHANTOM), ("m2", VALID)])
def test_a_range_left_early_reaches_to_the_last_key_seen(world: World, key: str, found: int) -> None:
    for each in ("m1", "m3"):
        world.commit(world.endorse("put", each, "x"))
    assert codes(world, ("put", key, "new"), ("first", "m", "n", "out")) == [VALID, found]


def test_keys_are_ordered_by_their_utf8_bytes(world: World) -> None:
    for key in ("mé", "mz", "m\U0001f34b", "m\uffee"):
        world.commit(world.endorse("put", key, "x"))
    world.commit(world.endorse("list", "m", "n", "out"))
    assert world.get("out").decode() == "mz,mé,m\uffee,m\U0001f34b"
