"""Numbers keep their order as index keys, and a company prefix leads to all that begin with it."""

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from traceapp.capture import numbers
from traceapp.capture.models import KeyRole

REAL = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**400), 10**400))


@given(REAL, REAL)
def test_a_larger_number_never_has_the_smaller_key(one, other):
    least, most = sorted((one, other))
    assert numbers.at("x", least) <= numbers.at("x", most)
    assert -(2**63) <= numbers.at("x", one) < 2**63


@given(REAL)
def test_a_span_holds_its_ends(number):
    key = numbers.at("x", number)
    for least, most in ((number, None), (None, number), (number, number), (None, None)):
        first, last = numbers.span("x", least, most)
        assert first <= key <= last


def test_numbers_that_differ_as_quantities_do_are_told_apart():
    keys = [numbers.at("x", one) for one in (-1e9, -3, -2.5, 0, 0.001, 40, 40.0001, Fraction(1, 3) * 121, 1_000_000)]
    assert keys == sorted(set(keys))
    assert numbers.at("x", -0.0) == numbers.at("x", 0) == numbers.at("x", 0.0)
    assert numbers.at("x", 10**400) == numbers.at("x", math.inf)


def test_what_is_called_otherwise_lies_elsewhere():
    first, last = numbers.span("quantity")
    assert not first <= numbers.at("SENSOR value", 40) <= last


def test_a_prefix_leads_to_what_begins_with_it_and_to_nothing_else():
    goods = [
        "https://id.gs1.org/01/09506000134352/21/7",
        "https://id.gs1.org/00/095060001234567893",
        "https://id.gs1.org/8004/9506000A-7%2F1",
        "https://id.gs1.org/8003/09506000100005123",
    ]
    for name in goods:
        [(key, role)] = numbers.prefixes_of([name])
        assert role == KeyRole.NUMBER
        primary = name.split("/")[3]
        for begins, holds in (("9506000", True), ("950600", True), ("", True), ("9506001", False), ("0950600", False)):
            first, last = numbers.span_of_prefix(primary, begins)
            assert (first <= key <= last) == holds, (name, begins)


def test_goods_of_one_kind_have_one_key_however_many_they_are():
    items = [f"https://id.gs1.org/01/09506000134352/21/{n}" for n in range(100)]
    assert len(list(numbers.prefixes_of(items))) == 1
    assert list(numbers.prefixes_of(["urn:epc:id:gid:1.2.3", "https://shop.example/01"])) == []
