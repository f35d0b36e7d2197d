"""Sales in columns say what the same sales say as rows: which count, their order, root, units and series."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.dataset import Sieve
from forecasting.demand import columns
from forecasting.demand.series import SaleRow, one_unit, series_of
from forecasting.facts import Fact
from forecasting.reasons import UNLISTED, Reason
from forecasting.rows import dataset_root, sale_content, sale_order, sale_value, sales_root
from forecasting.sifting import sifted
from forecasting.table import Sales, Table, sellers

FIRST = date(2024, 2, 1)
MONTHS = [date(2023 + month // 12, month % 12 + 1, 1) for month in range(18)]
DAYS = st.one_of(
    st.integers(0, 40).map(lambda n: FIRST + timedelta(days=n)),
    st.integers(0, 40).map(lambda n: FIRST + timedelta(days=7 * n)),
    st.sampled_from(MONTHS),
    st.sampled_from([one - timedelta(days=1) for one in MONTHS]),
    st.sampled_from([date(1, 1, 6), date(1999, 12, 31), date(2030, 1, 1)]),
)
QUANTITIES = st.one_of(st.sampled_from([0.0, -0.0, 1.0, 0.1, 0.2, 1e14, -3.5, 2.5e-9]), st.floats(-1e6, 1e6))


@st.composite
def row_of(draw) -> SaleRow:
    return SaleRow(
        str(UUID(int=draw(st.integers(0, 2**128 - 1)))),
        draw(st.integers(0, 3)),
        draw(st.sampled_from(["a", "b", "ä", "\U0001f600", 'c"'])),
        draw(st.sampled_from(["P", "Q", "R"])),
        draw(DAYS),
        draw(QUANTITIES),
        draw(st.sampled_from(["", "", "", "KGM", "LTR"])),
        draw(st.sampled_from([0.0, 0.0, 0.5, 1.0, -1.0])),
        draw(st.sampled_from(["", "", "", "day", "month"])),
    )


def held(rows) -> Sales:
    """In columns, in this order."""
    table = Table()
    for number, row in enumerate(rows):
        table.add(Fact(("firm", str(number)), row.uid, "batch", number, [row], row.day))
    import numpy as np

    return Sales(table, np.arange(len(rows)))


def same_dates(rows) -> list[SaleRow]:
    """Long enough that few dates cannot tell the period of all."""
    days = [FIRST + timedelta(days=7 * n) for n in range(12)]
    more = [SaleRow(str(UUID(int=n)), 0, "w", "W", day, float(n), "", 0.0) for n, day in enumerate(days)]
    odd = SaleRow(str(UUID(int=99)), 0, "x", "W", FIRST + timedelta(days=80), 1.0, "", 1.0)
    return [*rows, *more, *(SaleRow(one.uid, 1, "x", "W", one.day, 0.1, "", 0.0) for one in more), odd]


@given(st.lists(row_of(), max_size=60).map(same_dates))
def test_order_root_units_and_series_are_those_of_the_rows(rows):
    sales = held(rows)
    assert list(sales.sorted()) == sorted(rows, key=sale_order)
    ordered = sorted(rows, key=sale_content)
    assert list(sales.by_content()) == ordered
    assert sales_root(sales) == dataset_root(map(sale_value, rows)) == sales_root(rows)
    assert sellers(sales) == sellers(rows)
    kept, dropped = columns.one_unit(sales.by_content())
    expected, out = one_unit(ordered)
    assert (list(kept), dropped) == (list(expected), out)
    found, old = columns.series_of(kept)
    assert (found, old) == series_of(expected, until=FIRST)
    assert repr(found) == repr(series_of(expected, until=FIRST)[0])  # also the sign of zero, and no number of numpy's


@st.composite
def fact_of(draw) -> Fact:
    uid = str(UUID(int=draw(st.integers(0, 2**128 - 1))))
    where = ("firm", draw(st.sampled_from("abcdef"))), uid, "batch", draw(st.integers(0, 9))
    declared = draw(st.one_of(st.none(), st.none(), st.none(), DAYS))
    if declared:
        return Fact(*where, Reason.OTHER, declared=declared)
    reason = draw(st.sampled_from([None, None, None, Reason.OTHER, Reason.INCOMPLETE]))
    rows = draw(st.lists(row_of(), min_size=1, max_size=3))
    told = [
        SaleRow(uid, item, *(getattr(row, name) for name in SaleRow.__slots__[2:])) for item, row in enumerate(rows)
    ]
    return Fact(*where, reason or told, None if reason else max(row.day for row in told))


@given(st.lists(fact_of(), max_size=12), st.one_of(st.none(), DAYS))
def test_the_same_facts_count_and_the_others_are_left_out_for_the_same_reasons(facts, until):
    sieve, other = Sieve(), Sieve()
    expected = [row for rows in sieve.answers(facts, until) for row in rows]
    table = Table()
    for fact in facts:
        table.add(fact)
    found = sifted(table, until, other.drop, other.count)
    assert list(found) == sorted(expected, key=sale_order)
    assert other.counts == sieve.counts
    named = {(one.uid, one.reason, one.position) for one in sieve.left_out}
    assert {(one.uid, one.reason, one.position) for one in other.left_out} == named
    assert not any(one.reason in UNLISTED for one in other.left_out)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_know_is_refused_by_both(value):
    row = SaleRow(str(UUID(int=1)), 0, "a", "P", FIRST, value, "", 0.0)
    for rows in ([row], held([row])):
        with pytest.raises(ValueError, match="not a finite number"):
            sales_root(rows)


def test_nothing_is_held_as_nothing():
    assert list(held([]).by_content()) == []
    assert columns.series_of(held([])) == ([], [])
    assert columns.one_unit(held([]))[1] == []
    assert sales_root(held([])) == sales_root([])
