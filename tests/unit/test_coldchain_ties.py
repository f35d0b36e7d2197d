"""Where a device was: the same whatever order its events came in."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from traceapp.coldchain.ties import Fact, What, cut, emptied

T0 = datetime(2026, 5, 14, tzinfo=UTC)
A, B, LORRY = "https://id.gs1.org/00/1", "https://id.gs1.org/00/2", "https://id.gs1.org/8004/LORRY"


def at(minutes):
    return T0 + timedelta(minutes=minutes)


def spans(*facts):
    said = [Fact(at(minutes), what, goods, record) for record, (minutes, what, goods) in enumerate(facts)]
    return [
        ((one.began - T0).seconds // 60, one.ended and (one.ended - T0).seconds // 60, one.goods, one.why)
        for one in cut(said)
    ]


def test_taking_the_logger_off_ends_the_leg():
    assert spans((0, What.TIED, A), (9, What.UNTIED, A)) == [(0, 9, A, "removed")]
    assert spans((0, What.TIED, A), (9, What.UNTIED, "")) == [(0, 9, A, "removed")]
    assert spans((0, What.TIED, A), (9, What.UNTIED, B)) == [(0, None, A, "")]


def test_moving_the_logger_splits_the_leg():
    assert spans((0, What.TIED, A), (5, What.TIED, B)) == [(0, 5, A, "moved"), (5, None, B, "")]
    assert spans((0, What.TIED, A), (5, What.TIED, A)) == [(0, None, A, "")]
    assert spans((0, What.TIED, A), (5, What.UNTIED, A), (5, What.TIED, B)) == [(0, 5, A, "removed"), (5, None, B, "")]


def test_unpacking_ends_a_leg_and_an_unloaded_lorry_goes_on():
    assert spans((0, What.TIED, A), (7, What.UNPACKED, A)) == [(0, 7, A, "unpacked")]
    assert spans((0, What.TIED, LORRY), (7, What.UNPACKED, LORRY)) == [(0, 7, LORRY, "unpacked"), (7, None, LORRY, "")]
    assert spans((0, What.TIED, A), (7, What.UNPACKED, B)) == [(0, None, A, "")]
    assert spans((3, What.UNPACKED, A), (5, What.TIED, A)) == [(5, None, A, "")]


def test_a_late_event_cuts_what_was_one_leg():
    early, late = (0, What.TIED, A), (9, What.UNTIED, A)
    assert spans(early, late, (4, What.TIED, B)) == [(0, 4, A, "moved"), (4, None, B, "")]


facts = st.lists(
    st.builds(
        Fact,
        st.integers(0, 20).map(at),
        st.sampled_from(What),
        st.sampled_from([A, B, LORRY]),
        st.integers(0, 1000),
    ),
    unique_by=lambda fact: fact.record,
    max_size=20,
)


@given(facts, st.randoms())
def test_legs_follow_each_other_without_overlap_in_whatever_order_events_came(said, chance):
    found = cut(said)
    shuffled = list(said)
    chance.shuffle(shuffled)
    assert cut(shuffled) == found
    for one, following in pairwise(found):
        assert one.ended is not None
        assert one.began < one.ended <= following.began


def test_a_container_is_emptied_when_nothing_known_is_left_inside():
    box, crate = frozenset({"box"}), frozenset({"crate"})
    put = [(at(0), True, box | crate, 1)]
    assert emptied([*put, (at(5), False, box, 2)]) == []
    assert emptied([*put, (at(5), False, box, 2), (at(6), False, crate, 3)]) == [(at(6), 3)]
    assert emptied([*put, (at(5), False, frozenset(), 2)]) == [(at(5), 2)]
    assert emptied([(at(5), False, box, 2)]) == [(at(5), 2)], "of what was put in, nothing is known"
