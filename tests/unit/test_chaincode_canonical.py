"""The state's byte form."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaincode.traceability.canonical import MAX_INTEGER, CanonicalError, canonical, parse
from traceapp.commitments.canonical import canonical as rfc8785

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
INTEGERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_reads_back_as_the_same_value_and_the_same_bytes(value: Any) -> None:
    data = canonical(value)
    assert json.loads(data) == value
    assert canonical(parse(data.decode())) == data


@given(VALUES)
def test_it_is_the_form_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785(value)


def test_members_are_ordered_by_utf16_code_units() -> None:
    # U+1F34B is D83C DF4B in UTF-16, so it comes before U+FFEE although its code point is higher.
    assert canonical({"\uffee": 1, "\U0001f34b": 2, "a": 3}) == '{"a":3,"\U0001f34b":2,"\uffee":1}'.encode()


@pytest.mark.parametrize("value", [1.0, 2**53, -(2**53), {"a": [0.5]}, {1: 2}, b"x", "\ud800", {"\ud800": 1}])
def test_what_peers_could_hold_differently_is_refused(value: Any) -> None:
    with pytest.raises(CanonicalError):
        canonical(value)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        "1.0",
        "1e3",
        "NaN",
        "Infinity",
        "-0",
        "9007199254740992",
        pytest.param("1" * 5000, id="long"),
        '"\\ud800"',
        "",
        "{",
        "[" * 40 + "]" * 40,
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_text_that_is_not_strict_is_refused(text: str) -> None:
    with pytest.raises(CanonicalError):
        parse(text)
