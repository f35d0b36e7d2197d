"""Disclosures: the split, the leaf, and putting together again whatever is shown."""

import hashlib
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceapp.commitments.canonical import StrictJsonError, canonical, parse_strict
from traceapp.commitments.disclosures import (
    DisclosureError,
    assemble,
    digest,
    disclose,
    leaf,
    leaf_of,
    opened,
    pack,
    pointers,
    unpack,
)

EVENT = {
    "type": "ObjectEvent",
    "eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
    "eventTime": "2026-05-14T09:12:00.000Z",
    "action": "OBSERVE",
    "epcList": ["urn:epc:id:sgtin:0614141.107346.2017", "urn:epc:id:sgtin:0614141.107346.2018"],
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 2.5, "uom": "KGM"}],
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epc:id:gdti:0614141.00001.1618034"}],
    "ex:note/1~2": "a\nb",
    "errorDeclaration": None,
}
RECORD = {
    "kind": "epcis",
    "recordedBy": "4012345000009",
    "recordTime": "2026-05-14T09:12:00.000Z",
    "context": {"ex": "https://example.org/"},
    "event": EVENT,
}


def salts():
    numbers = itertools.count()
    return lambda: next(numbers).to_bytes(16, "big")


def d(pointer: str, value) -> bytes:
    return canonical(["A" * 22, pointer, value])


def test_a_record_is_split_as_the_format_says():
    assert pointers(disclose(RECORD, salts())) == [
        "/kind",
        "/recordedBy",
        "/recordTime",
        "/context",
        "/event/type",
        "/event/eventID",
        "/event/eventTime",
        "/event/action",
        "/event/epcList/0",
        "/event/epcList/1",
        "/event/quantityList/0",
        "/event/bizTransactionList",
        "/event/ex:note~11~02",
        "/event/errorDeclaration",
    ]


def test_messages_and_statements_are_split_too():
    statement = {"kind": "forecast", "statement": {"mean": 2.5, "epcList": ["not an event's"]}}
    assert pointers(disclose(statement, salts())) == ["/kind", "/statement/mean", "/statement/epcList"]
    assert pointers(disclose({"kind": "sensor", "message": "a.b.c"}, salts())) == ["/kind", "/message"]


def test_a_disclosure_and_its_leaf_byte_for_byte():
    disclosures = disclose({"kind": "epcis", "recordedBy": "4012345000009"}, lambda: b"\xfb" + b"\xff" * 15)
    salt = "-_______________" + "_" * 5 + "w"
    assert disclosures == [
        f'["{salt}","/kind","epcis"]'.encode(),
        f'["{salt}","/recordedBy","4012345000009"]'.encode(),
    ]
    first = hashlib.sha256(b"\x02" + disclosures[0]).digest()
    second = hashlib.sha256(b"\x02" + disclosures[1]).digest()
    expected = hashlib.sha256(b"\x00" + min(first, second) + max(first, second)).digest()
    assert digest(disclosures[0]) == first
    assert leaf([second, first]) == expected
    assert leaf_of(pack(disclosures)) == expected


def test_each_digest_counts_once_in_any_order():
    digests = [digest(one) for one in disclose(RECORD, salts())]
    shuffled = [*digests, *digests]
    random.Random(1).shuffle(shuffled)
    assert leaf(shuffled) == leaf(digests)


def test_what_is_split_comes_together_again():
    disclosures = disclose(RECORD, salts())
    assert assemble(disclosures) == RECORD
    assert assemble(reversed(disclosures)) == RECORD
    assert unpack(pack(disclosures)) == disclosures


def test_every_disclosure_is_canonical_json_with_a_salt_of_its_own():
    disclosures = disclose(RECORD, salts())
    assert all(canonical(parse_strict(one)) == one for one in disclosures)
    assert len({opened(one).salt for one in disclosures}) == len(disclosures)
    assert all(len(opened(one).salt) == 22 for one in disclosures)


def test_erasing_a_disclosure_keeps_the_leaf():
    disclosures = disclose(RECORD, salts())
    whole = leaf_of(pack(disclosures))
    erased = [digest(one) for one in disclosures[5:9]]
    assert leaf_of(pack(disclosures[:5] + disclosures[9:]), b"".join(erased)) == whole
    assert leaf_of(b"", b"".join(digest(one) for one in disclosures)) == whole
    assert leaf_of(pack(disclosures[1:])) != whole


def test_hidden_elements_leave_no_gap():
    disclosures = [one for one in disclose(RECORD, salts()) if opened(one).pointer != "/event/epcList/0"]
    assert assemble(disclosures)["event"]["epcList"] == [EVENT["epcList"][1]]


def test_elements_come_in_the_order_of_their_numbers():
    assert assemble([d(f"/event/epcList/{i}", i) for i in (10, 2, 0)]) == {"event": {"epcList": [0, 2, 10]}}


def test_empty_lists_and_objects_are_disclosed_whole():
    record = {"kind": "epcis", "event": {"epcList": [], "childEPCs": "not a list"}}
    assert pointers(disclose(record, salts())) == ["/kind", "/event/epcList", "/event/childEPCs"]
    assert assemble(disclose(record, salts())) == record
    assert assemble(disclose({"event": {}}, salts())) == {"event": {}}
    assert assemble([]) == {}


@pytest.mark.parametrize("name", ["0", "17", "007", "٣"])
def test_an_object_with_a_member_named_by_a_number_is_not_taken_for_a_list(name):
    record = {"kind": "model", "statement": {name: "x", "other": 1}}
    disclosures = disclose(record, salts())
    assert pointers(disclosures) == ["/kind", "/statement"]
    assert assemble(disclosures) == record


@pytest.mark.parametrize(
    "pairs",
    [
        [("/kind", 1), ("/kind", 1)],
        [("/event", {}), ("/event/type", 1)],
        [("/event/type", 1), ("/event", {})],
        [("/event/epcList/0", 1), ("/event/epcList", [])],
        [("/event/epcList/0", 1), ("/event/epcList/0/id", 1)],
        [("/event/epcList/0/id", 1), ("/event/epcList/0", 1)],
        [("/event/x", None), ("/event/x/y", 1)],
        [("/event/epcList/0", 1), ("/event/epcList/x", 2)],
        [("/event/epcList/0", 1), ("/event/epcList/00", 2)],
        [("/event/epcList/01", 1)],
        [("/event/epcList/00", 1)],
        [("/event/epcList/1234567890", 1)],
        [("/event/epcList/" + "9" * 5000, 1)],
        [("/0", 1)],
        [("/0", 1), ("/kind", 1)],
        [("", {})],
        [("kind", 1)],
        [("/a~2b", 1)],
        [("/a~", 1)],
        [("/a" * 65, 1)],
    ],
)
def test_pointers_that_clash_or_are_wrong_are_refused(pairs):
    with pytest.raises(DisclosureError):
        assemble([d(pointer, value) for pointer, value in pairs])


def test_escaped_names_do_not_clash():
    assert assemble([d("/a~1b", 1), d("/a/b", 2), d("/~01", 3), d("/~1", 4)]) == {
        "a/b": 1,
        "a": {"b": 2},
        "~1": 3,
        "/": 4,
    }


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'["s","/a"]',
        b'["s","/a",1,2]',
        b'[1,"/a",1]',
        b'["s",1,1]',
        b'["s","/a",1]x',
        b"\xff",
        b'["s","/a","\xff"]',
        b'["s","/a",' + b"[" * 100_000,
        b'["s","/a",1],["s","/b",2]',
    ],
)
def test_what_is_no_disclosure_is_refused(text):
    with pytest.raises(DisclosureError):
        assemble([text])


def test_stored_forms_that_cannot_be_are_refused():
    with pytest.raises(DisclosureError):
        pack([b"a\nb"])
    with pytest.raises(DisclosureError):
        pack([b""])
    with pytest.raises(DisclosureError):
        leaf_of(b"x", b"31 bytes or so")
    assert (pack([]), unpack(b"")) == (b"", [])


def test_a_short_salt_is_refused():
    with pytest.raises(DisclosureError):
        disclose(RECORD, lambda: b"short")


def test_a_value_that_cannot_be_committed_is_refused():
    with pytest.raises(StrictJsonError):
        disclose({"event": {"quantity": float("nan")}}, salts())


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
members = st.dictionaries(
    names | st.sampled_from(["epcList", "quantityList", "childEPCs"]),
    st.recursive(
        st.none() | st.integers(-100, 100) | names,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=6,
)


@given(members, members)
@settings(max_examples=300, deadline=None)
def test_any_record_comes_together_from_its_disclosures(event, statement):
    record = {"kind": "epcis", "event": event, "statement": statement}
    disclosures = disclose(record, salts())
    assert assemble(disclosures) == record
    assert leaf_of(pack(disclosures)) == leaf(map(digest, disclosures))


@given(members, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_what_is_shown_of_a_record_is_part_of_it(event, choice):
    disclosures = disclose({"kind": "epcis", "event": event}, salts())
    shown = [one for one in disclosures if choice.random() < 0.6]
    assert is_part(assemble(shown), {"kind": "epcis", "event": event})


def is_part(part, whole) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(k in whole and is_part(v, whole[k]) for k, v in part.items())
    if isinstance(part, list):
        remaining = iter(whole) if isinstance(whole, list) else iter(())
        return all(any(canonical(one) == canonical(other) for other in remaining) for one in part)
    return part == whole
