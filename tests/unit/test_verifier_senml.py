"""A pack is told as such, or refused, whether it is looked at quickly or member by member."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.commitments.canonical import StrictJsonError, parse_strict
from traceapp.verifier import senml
from traceapp.verifier.senml import SenmlError, check_pack

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-20, 20), st.floats(-5, 5), st.sampled_from(["", "a", "b:", "é", "-", "x_"])
)
members = st.sampled_from(
    ["bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut", "x", "y_"]
)
good = st.fixed_dictionaries({"n": st.sampled_from(["a", "b"]), "v": st.floats(-5, 5)})
records = st.one_of(good, st.dictionaries(members, scalars, max_size=4), scalars)


def slowly(data):
    """The definition: strictly read, then each member of each record."""
    try:
        value = parse_strict(data)
        if not isinstance(value, list) or not value:
            return False
        senml._check_slowly(value)
    except (StrictJsonError, SenmlError):
        return False
    return True


def accepted(data):
    try:
        check_pack(data)
    except SenmlError:
        return False
    return True


def written(pack, compact):
    """Packs written compactly are looked at quickly."""
    return json.dumps(pack, separators=(",", ":") if compact else None, ensure_ascii=not compact).encode()


@given(st.lists(records, max_size=4), st.booleans())
def test_quick_and_slow_agree(pack, compact):
    data = written(pack, compact)
    assert accepted(data) == slowly(data)


@given(st.lists(good, min_size=1, max_size=3), members, scalars, st.booleans())
def test_quick_and_slow_agree_on_one_wrong_member(pack, name, value, compact):
    pack[-1][name] = value
    data = written(pack, compact)
    assert accepted(data) == slowly(data)


digits = st.text("0123456789", min_size=1, max_size=18)
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**17), 10**17).map(str),
    st.builds(
        "{}{}.{}{}".format, st.sampled_from(["", "-"]), digits, digits, st.sampled_from(["", "e1", "E-3", "e22"])
    ),
)


@given(numbers, st.sampled_from(["v", "t", "bt", "x"]))
def test_quick_and_slow_agree_on_numbers_however_they_are_written(number, name):
    data = f'[{{"n":"a","s":0,"{name}":{number}}}]'.encode()
    assert accepted(data) == slowly(data)


@given(st.lists(good, min_size=1, max_size=3))
def test_what_is_read_quickly_is_what_stands_there(pack):
    compact = json.dumps(pack, separators=(",", ":")).encode()
    spaced = json.dumps(pack).encode()
    assert senml.checked_records(compact) == senml.checked_records(spaced) == senml.records_of(spaced)


@pytest.mark.parametrize(
    "text",
    [
        '[{"n":"a","v":1,"bver":10}]',
        '[{"n":"a","v":1,"bver":11}]',
        '[{"n":"a","v":1,"bver":10.0}]',
        '[{"n":"a","v":1,"bver":true}]',
        '[{"n":"a","v":"1"}]',
        '[{"n":"a","v":true}]',
        '[{"n":"a","v":null}]',
        '[{"n":"a\\u005f","v":1}]',
        '[{"n":"a","v":1,"x\\u005f":1}]',
        '[{"n":"a","v":1,"x_":1}]',
        '[{"n":"a","v":1}, []]',
        '[{"n":"a","s":1}]',
        '[{"n":"a","v":1,"s":1}]',
        '[{"n":"a"}]',
        '[{"bn":"a/","n":"b","v":1e2},{"n":"c:d","vd":"AA"}]',
        '[{"v":1}]',
        '[{"n":"a","n":"a","v":1}]',
        '[{"n":"a","v":1,"v":1}]',
        '[{"n":"a","v":1,"x":{"y":1,"y":1}}]',
        '[{"n":"a","v":1,"x":' + 70 * "[" + 70 * "]" + "}]",
        '[{"n":"a","v":1,"x":' + 70 * '{"y":' + "1" + 70 * "}" + "}]",
        '[{"n":"a","v":9007199254740991}]',
        '[{"n":"a","v":9007199254740992}]',
        '[{"n":"a","v":9007199254740994.0}]',
        '[{"n":"a","v":1,"x":[9007199254740992]}]',
        '[{"n":"a","v":1e16}]',
        '[{"n":"a","v":0.1000000000000000055511151231257827}]',
        '[{"n":"a","v":0.10000000000000001}]',
        '[{"n":"a","v":-0}]',
        '[{"n":"a","v":-0.0}]',
        '[{"n":"a","v":1,"x":"\t"}]',
        '[{"n":"a","u":"é","v":1}]',
        '\ufeff[{"n":"a","v":1}]',
        "{}",
        "[]",
    ],
)
def test_quick_and_slow_agree_on_odd_ones(text):
    assert accepted(text.encode()) == slowly(text.encode())


@pytest.mark.parametrize("name", ["n", "u", "x"])
def test_text_that_is_no_utf8_is_no_pack(name):
    data = b'[{"n":"a","v":1,"%s":"\xed\xa0\x80"}]' % name.encode()
    assert not accepted(data)
    assert not slowly(data)
