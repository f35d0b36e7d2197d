"""How a leg is cut for the ledger, against a slow definition minute by minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from traceapp.coldchain.pieces import LONGEST, Carriage, KeySpan, Piece, pieces

T0 = datetime(2026, 5, 14, tzinfo=UTC)
END = 40


def at(minutes):
    return T0 + timedelta(minutes=minutes)


def told(found):
    return [
        (round((one.began - T0) / timedelta(minutes=1)), round((one.ended - T0) / timedelta(minutes=1)), one.kid, one.shipment)
        for one in found
    ]  # fmt: skip


KEY = KeySpan("k1", at(-99), None)


def test_a_leg_of_one_key_and_no_shipment_is_one_piece():
    assert told(pieces((at(0), at(30)), at(60), [KEY], [])) == [(0, 30, "k1", "")]


def test_the_way_of_a_shipment_is_cut_where_it_left_and_where_it_arrived():
    found = pieces((at(0), at(30)), at(60), [KEY], [Carriage("s", at(10), at(20))])
    assert told(found) == [(0, 10, "k1", ""), (10, 20, "k1", "s"), (20, 30, "k1", "")]


def test_a_leg_that_goes_on_gives_what_of_it_is_over():
    assert told(pieces((at(0), None), at(60), [KEY], [])) == []
    assert told(pieces((at(0), None), at(60), [KEY], [Carriage("s", at(10), None)])) == [(0, 10, "k1", "")]
    found = pieces((at(0), None), at(60), [KEY], [Carriage("s", at(10), at(20))])
    assert told(found) == [(0, 10, "k1", ""), (10, 20, "k1", "s")]


def test_a_rotation_splits_it_and_after_a_revocation_no_key_counts():
    keys = [KeySpan("k1", at(-9), at(10)), KeySpan("k2", at(10), at(25))]
    assert told(pieces((at(0), at(30)), at(60), keys, [])) == [(0, 10, "k1", ""), (10, 25, "k2", ""), (25, 30, "", "")]
    assert told(pieces((at(-20), at(0)), at(60), keys, [])) == [(-20, -9, "", ""), (-9, 0, "k1", "")]


def test_what_is_recorded_is_not_recorded_again():
    taken = [(at(5), at(10))]
    found = pieces((at(0), at(30)), at(60), [KEY], [], taken)
    assert told(found) == [(0, 5, "k1", ""), (10, 30, "k1", "")]


def test_no_piece_is_longer_than_the_contract_takes():
    found = pieces((T0, T0 + 2 * LONGEST + timedelta(days=1)), T0 + 9 * LONGEST, [KEY], [])
    assert [one.ended - one.began for one in found] == [LONGEST, LONGEST, timedelta(days=1)]
    open_ = pieces((T0, None), T0 + LONGEST + timedelta(days=1), [KEY], [])
    assert [one.ended - one.began for one in open_] == [LONGEST]


def test_times_finer_than_the_ledgers_and_a_leg_of_the_future_make_no_piece():
    assert pieces((T0, T0 + timedelta(microseconds=900)), at(9), [KEY], []) == []
    assert pieces((at(20), None), at(9), [KEY], []) == []
    (one,) = pieces((T0 + timedelta(microseconds=1900), at(1)), at(9), [KEY], [])
    assert one.began.microsecond == 1000


spans = st.tuples(st.integers(0, END), st.integers(0, END)).filter(lambda s: s[0] < s[1])
half_open = st.tuples(st.integers(0, END), st.one_of(st.none(), st.integers(0, END))).filter(
    lambda s: s[1] is None or s[0] < s[1]
)


def slow(leg, now, keys, carriages, taken):
    """Minute by minute: which key, which shipment, or that it is taken; runs of the same are pieces."""
    began, ended = leg
    found = []
    for minute in range(began, min(now if ended is None else ended, now)):
        if any(start <= minute < end for start, end in taken):
            found.append(None)
            continue
        fit = [
            (since, kid)
            for kid, (since, until) in keys.items()
            if since <= minute and (until is None or minute < until)
        ]
        way = [
            (since, name)
            for name, (since, until) in carriages.items()
            if since <= minute and (until is None or minute < until)
        ]
        found.append((max(fit)[1] if fit else "", min(way)[1] if way else ""))
    runs = []
    for offset, what in enumerate(found):
        if runs and runs[-1][2] == what:
            runs[-1][1] = began + offset + 1
        else:
            runs.append([began + offset, began + offset + 1, what])
    if ended is None and runs:
        runs.pop()
    return [(since, until, *what) for since, until, what in runs if what is not None]


@given(
    half_open, st.integers(0, END), st.dictionaries(st.sampled_from(["k1", "k2"]), half_open),
    st.dictionaries(st.sampled_from(["s1", "s2"]), half_open), st.lists(spans, max_size=3),
)  # fmt: skip
def test_pieces_are_those_of_the_slow_definition(leg, now, keys, carriages, taken):
    def moment(minutes):
        return None if minutes is None else at(minutes)

    found = pieces(
        (at(leg[0]), moment(leg[1])), at(now),
        [KeySpan(kid, at(since), moment(until)) for kid, (since, until) in keys.items()],
        [Carriage(name, at(since), moment(until)) for name, (since, until) in carriages.items()],
        [(at(since), at(until)) for since, until in taken],
    )  # fmt: skip
    assert told(found) == slow(leg, now, keys, carriages, taken)
    assert all(isinstance(one, Piece) for one in found)
