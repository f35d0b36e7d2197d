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


@given(st.lists(records, max_size=4))
def test_quick_and_slow_agree(pack):
    data = json.dumps(pack).encode()
    assert accepted(data) == slowly(data)


@given(st.lists(good, min_size=1, max_size=3), members, scalars)
def test_quick_and_slow_agree_on_one_wrong_member(pack, name, value):
    pack[-1][name] = value
    data = json.dumps(pack).encode()
    assert accepted(data) == slowly(data)


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
        "{}",
        "[]",
    ],
)
def test_quick_and_slow_agree_on_odd_ones(text):
    assert accepted(text.encode()) == slowly(text.encode())
