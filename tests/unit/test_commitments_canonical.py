"""Canonical JSON against RFC 8785: its own vectors, and a plain implementation written here."""

import enum
import json
import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceapp.commitments.canonical import StrictJsonError, canonical, parse_strict
from traceapp.commitments.numbers import ecmascript

# RFC 8785 appendix B: the bits of a double and what ECMAScript writes for it.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]

SAFE = 2**53 - 1
fractions = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: abs(x) <= SAFE)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | fractions | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=30,
)


def plain(value) -> str:
    """RFC 8785 said again, as simply as can be."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: list(struct.iter_unpack(">H", name.encode("utf-16-be"))))
        return "{" + ",".join(plain(name) + ":" + plain(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(plain, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(map(escaped, value)) + '"'
    if isinstance(value, float):
        return ecmascript(value)
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value in (None, True, False) and type(value) is not int
        else str(value)
    )


def escaped(character: str) -> str:
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
    if character in short:
        return short[character]
    return f"\\u{ord(character):04x}" if character < " " else character


@pytest.mark.parametrize(("bits", "text"), NUMBERS)
def test_numbers_are_written_as_the_rfc_lists_them(bits, text):
    assert ecmascript(struct.unpack(">d", bytes.fromhex(bits))[0]) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_reads_back_as_the_same_double(number):
    assert float(ecmascript(number)) == number


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused_with_their_path(number):
    with pytest.raises(StrictJsonError) as caught:
        canonical({"a": [1, {"b": number}]})
    assert (caught.value.path, caught.value.why) == ("a[1].b", "not a finite number")


def test_members_are_sorted_by_utf_16_code_units():
    names = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    written = list(json.loads(canonical(names), object_pairs_hook=lambda pairs: [name for name, _ in pairs]))
    assert written == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_strings_are_escaped_only_where_json_needs_it():
    text = '\u20ac$\u000f\nA\'B"\\\\"/\x7f\u2028'
    assert canonical(text) == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028"'.encode()


def test_literals_and_numbers_of_the_rfc_example():
    assert canonical({"numbers": [333333333.33333329, 4.50, 2e-3, 1e-27], "literals": [None, True, False]}) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27]}'
    )


@given(values)
@settings(max_examples=300, deadline=None)
def test_the_fast_writer_writes_what_the_plain_one_does(value):
    assert canonical(value).decode() == plain(value)


@given(values)
@settings(max_examples=300, deadline=None)
def test_what_is_canonical_reads_back_and_stays_as_it_is(value):
    text = canonical(value)
    assert canonical(parse_strict(text)) == text


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": 2**53}, "a"),
        ({"a": [-(2**53)]}, "a[0]"),
        ({"a": 1e21}, "a"),
        ({"x": {"a": "\ud800"}}, "x.a"),
        ({"\udfff": 1}, "?"),
        ({"a": {1: 2}}, "a"),
        ({"a": b"bytes"}, "a"),
        ({"a": {1, 2}}, "a"),
    ],
)
def test_what_json_cannot_carry_is_refused_with_its_path(value, path):
    with pytest.raises(StrictJsonError) as caught:
        canonical(value)
    assert caught.value.path == path


def test_choices_are_written_as_the_text_they_are():
    class Kind(enum.StrEnum):
        EPCIS = "epcis"

    assert canonical({"kind": Kind.EPCIS}) == b'{"kind":"epcis"}'


def test_a_bottomless_value_is_refused_and_does_not_exhaust_the_stack():
    value: list = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(StrictJsonError, match="nested deeper"):
        canonical(value)
