"""The policy, field by field. No database: relations to records are tested in tests/integration/test_visibility.py."""

import itertools
import json

import pytest

from traceapp.accounts.visibility import Relation, Viewer, may_see, redact

HEAD = ["/kind", "/recordedBy", "/recordTime"]
OPEN = [
    *("/event/type", "/event/eventID", "/event/eventTime", "/event/eventTimeZoneOffset", "/event/action"),
    *("/event/errorDeclaration", "/event/bizStep", "/event/disposition", "/event/bizLocation", "/event/readPoint"),
    *("/event/epcList/0", "/event/epcList/17", "/event/parentID", "/event/childEPCs/2", "/event/inputEPCList/0"),
    *("/event/outputEPCList/1", "/event/epcList"),
]
FOR_HOLDERS = [
    *("/event/quantityList/0", "/event/childQuantityList/0", "/event/inputQuantityList/3"),
    *("/event/outputQuantityList/0", "/event/ilmd", "/event/sensorElementList", "/event/persistentDisposition"),
    "/message",
]
FOR_PARTIES = [
    *("/event/bizTransactionList", "/event/sourceList", "/event/destinationList", "/context"),
    *("/event/traceapp:promotion", "/event/example:price", "/event/somethingOfLater", "/photo"),
]
STATEMENT = ["/statement/metrics", "/statement/datasetRoot"]
EVERY = HEAD + OPEN + FOR_HOLDERS + FOR_PARTIES + STATEMENT

SEEN = {
    Relation.OWNER: set(EVERY),
    Relation.PARTY: set(EVERY),
    Relation.CHAIN: set(HEAD + OPEN + FOR_HOLDERS + STATEMENT),
    Relation.PUBLIC: set(HEAD + OPEN + STATEMENT),
    None: set(),
}


@pytest.mark.parametrize("relation", SEEN, ids=str)
@pytest.mark.parametrize("pointer", EVERY)
def test_each_relation_sees_exactly_its_fields(relation, pointer):
    assert may_see(pointer, relation) is (pointer in SEEN[relation])


def test_a_nearer_relation_never_sees_less():
    order = [None, Relation.PUBLIC, Relation.CHAIN, Relation.PARTY, Relation.OWNER]
    for farther, nearer in itertools.pairwise(order):
        assert SEEN[farther] <= SEEN[nearer]


@pytest.mark.parametrize(
    "pointer", ["/event/epcListX", "/event/type2", "/eventX/type", "/kindred", "", "kind", "/event"]
)
def test_a_field_that_only_looks_like_an_open_one_stays_hidden_from_the_public(pointer):
    assert not may_see(pointer, Relation.PUBLIC)


def disclosure(pointer, value):
    return json.dumps(["c2FsdHNhbHRzYWx0c2Fs", pointer, value]).encode()


def test_redacting_keeps_the_bytes_of_what_may_be_seen_and_drops_the_rest():
    shown = disclosure("/event/bizStep", "shipping")
    hidden = disclosure("/event/bizTransactionList", [{"bizTransaction": "urn:order:4711"}])
    assert redact([shown, hidden], Relation.PUBLIC) == [shown]
    assert redact([shown, hidden], Relation.PARTY) == [shown, hidden]
    assert redact([shown, hidden], None) == []


def test_nobody_holds_no_role_and_belongs_nowhere():
    assert not Viewer.nobody().has()
    assert not Viewer(None, frozenset({"admin"})).has("admin")


def test_a_member_has_any_of_the_roles_asked_for():
    viewer = Viewer(7, frozenset({"supplier"}))
    assert viewer.has()
    assert viewer.has("admin", "supplier")
    assert not viewer.has("admin")
