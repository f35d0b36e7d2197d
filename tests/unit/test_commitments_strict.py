"""Strict reading: one meaning or none, and a path to what is wrong."""

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from traceapp.commitments.canonical import StrictJsonError, canonical, parse_strict
from traceapp.commitments.locate import locate


def refusal(text: bytes | str) -> tuple[str, str]:
    with pytest.raises(StrictJsonError) as caught:
        parse_strict(text if isinstance(text, bytes) else text.encode())
    return caught.value.path, caught.value.why


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        ('{"a":[1,{"b":1,"b":2}]}', "a[1].b", "duplicate member 'b'"),
        ('{"a":1,"\\u0061":2}', "a", "duplicate member 'a'"),
        ('{"eventList":[{},{"epcList":["\\ud800"]}]}', "eventList[1].epcList[0]", "lone surrogate"),
        ('["\\udc00\\ud800"]', "[0]", "lone surrogate"),
        ('{"\\ud800":1}', "?", "lone surrogate"),
        ('{"a":1e400}', "a", "1e400"),
        ('{"a":-1e400}', "a", "1e400"),
        ('{"a":1e-400}', "a", "1e-400"),
        ('{"a":[0.1000000000000000055]}', "a[0]", "cannot be kept exactly"),
        ('{"a":9007199254740992}', "a", "2^53-1"),
        ('{"a":-9007199254740992}', "a", "2^53-1"),
        ('{"a":9007199254740993.0}', "a", "cannot be kept exactly"),
        ('{"a":1e16}', "a", "2^53-1"),
        ('{"a":' + "9" * 5000 + "}", "a", "2^53-1"),
        ('{"a":0.' + "1" * 5000 + "}", "a", "cannot be kept exactly"),
        ('{"a":NaN}', "a", "not JSON"),
        ('{"a":-Infinity}', "a", "not JSON"),
        ('{"a":01}', "a", "'}' is expected"),
        ('{"a":+1}', "a", "not JSON"),
        ('{"a":.5}', "a", "not JSON"),
        ("{'a':1}", "", "not JSON"),
        ('{"a":1,}', "a", "member name"),
        ("[1,]", "[1]", "value is expected"),
        ("[1 2]", "[0]", "',' or ']'"),
        ('["tab\there"]', "[0]", "not JSON"),
        ('["\\x41"]', "[0]", "not JSON"),
        ('{"a":1', "a", "expected"),
        ("{} {}", "", "follows the end"),
        ("", "", "value is expected"),
        ("nul", "", "not JSON"),
    ],
)
def test_a_fault_is_named_with_its_path(text, path, why):
    found_path, found_why = refusal(text)
    assert found_path == path
    assert why in found_why


def test_invalid_utf_8_is_refused_and_the_byte_named():
    assert refusal(b'{"a":"\xff"}') == ("", "not UTF-8: byte 6 is 0xff")
    assert refusal(b'"\xed\xa0\x80"')[1].startswith("not UTF-8")
    assert refusal(b'"\xc0\xaf"')[1].startswith("not UTF-8")


def test_a_byte_order_mark_and_other_encodings_are_refused():
    assert refusal(b"\xef\xbb\xbf{}")[1] == "begins with a byte order mark"
    parse_strict('"\ufeff"'.encode())
    refusal('{"a":1}'.encode("utf-16"))
    refusal('{"a":1}'.encode("utf-16-le"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.0", 3),
        ("3e0", 3),
        ("30E-1", 3),
        ("1.5e3", 1500),
        ("-0", 0),
        ("-0.0", 0),
        ("0.10", 0.1),
        ("1e-7", 1e-7),
        ("9007199254740991", 9007199254740991),
        ("9007199254740991.0", 9007199254740991),
        ("-9007199254740991", -9007199254740991),
        ("5e-324", 5e-324),
        ("123456.789", 123456.789),
    ],
)
def test_a_number_whose_value_survives_is_taken_however_it_was_written(text, value):
    read = parse_strict(text.encode())
    assert (read, type(read)) == (value, type(value))
    assert parse_strict(canonical(read)) == value


def test_a_pair_of_surrogates_is_the_character_it_stands_for():
    assert parse_strict(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_a_hundred_thousand_brackets_are_refused_at_once(opening):
    began = time.perf_counter()
    path, why = refusal(opening * 100_000)
    assert why == "nested deeper than 64"
    assert len(path) < 1000
    assert time.perf_counter() - began < 10  # far less on a quiet machine; without the limit, minutes


def test_closed_brackets_are_no_better():
    assert refusal("[" * 500 + "]" * 500)[1] == "nested deeper than 64"
    assert refusal("[" * 100_000 + "]" * 100_000)[1] == "nested deeper than 64"
    assert refusal('{"a":' * 65 + "1" + "}" * 65)[1] == "nested deeper than 64"


def test_sixty_four_levels_are_taken():
    parse_strict(b"[" * 64 + b"]" * 64)
    parse_strict(b'{"a":' * 64 + b"1" + b"}" * 64)
    parse_strict(b"[[1],[2]]", max_depth=2)
    with pytest.raises(StrictJsonError):
        parse_strict(b"[[1],[2,[]]]", max_depth=2)


def test_long_texts_with_a_fault_at_the_end_are_read_quickly():
    began = time.perf_counter()
    assert refusal('["' + "a\\n" * 300_000 + '",]') == ("[1]", "a value is expected")
    assert time.perf_counter() - began < 20


def test_long_names_are_cut_in_paths():
    path, _ = refusal('{"' + "x" * 100_000 + '":1e400}')
    assert len(path) == 101


def taken(text: str) -> bool:
    try:
        parse_strict(text.encode())
    except StrictJsonError:
        return False
    return True


def located(text: str) -> bool:
    try:
        locate(text, 64)
    except StrictJsonError:
        return False
    return True


pieces = st.sampled_from(
    [
        *'[]{},:"\\0- \n\t\x0b\x00é٣',
        '"a"',
        '"b"',
        r'"\ud800"',
        r'"\u00e9"',
        "1.0",
        "1e400",
        "01",
        ".5",
        "true",
        "false",
        "null",
        "NaN",
        "9007199254740992",
    ]
)


@given(st.lists(pieces, max_size=12).map("".join))
@example('{"a":[{"b":"a"}]}')
@settings(max_examples=1500, deadline=None)
def test_the_fast_reader_takes_exactly_what_the_slow_one_takes(text):
    assert taken(text) == located(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(json_values, st.booleans())
@settings(max_examples=300, deadline=None)
def test_both_readers_agree_on_ordinary_json(value, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert taken(text) == located(text)


@given(json_values, st.integers(0, 200), st.sampled_from(list('[]{},:"\\0 e.-x')))
@settings(max_examples=500, deadline=None)
def test_both_readers_agree_on_json_with_one_letter_changed(value, at, letter):
    text = json.dumps(value)
    at %= len(text) + 1
    changed = text[:at] + letter + text[at + 1 :]
    assert taken(changed) == located(changed)
