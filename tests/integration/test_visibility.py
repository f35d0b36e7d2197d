"""Which records a viewer may read: in the database and one by one, the same answer."""

import itertools
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.factories import OrganisationFactory, viewer_for
from traceapp.accounts.visibility import Relation, Viewer, Visibility, readable, relation, relations
from traceapp.ledger.models import Reader, Record

pytestmark = pytest.mark.django_db


def record(organisation, visibility, **readers):
    one = Record.objects.create(
        uid=uuid4(),
        kind="epcis",
        organisation=organisation,
        visibility=visibility,
        disclosures=b"",
        leaf=bytes(32),
        record_time=datetime(2026, 5, 14, tzinfo=UTC),
    )
    for right, reader in readers.items():
        Reader.objects.create(record=one, organisation=reader, relation=right)
    return one


@pytest.fixture
def firms():
    return {name: OrganisationFactory(name=name) for name in ("owner", "party", "chain", "stranger")}


EXPECTED = {
    "owner": dict.fromkeys(Visibility, Relation.OWNER),
    "party": {0: None, 1: Relation.PARTY, 2: Relation.PARTY, 3: Relation.PARTY},
    "chain": {0: None, 1: None, 2: Relation.CHAIN, 3: Relation.CHAIN},
    "stranger": {0: None, 1: None, 2: None, 3: Relation.PUBLIC},
    "nobody": {0: None, 1: None, 2: None, 3: Relation.PUBLIC},
}


@pytest.mark.parametrize(("who", "visibility"), list(itertools.product(EXPECTED, Visibility)), ids=str)
def test_the_database_and_the_single_record_agree_on_who_may_read(firms, who, visibility):
    one = record(firms["owner"], visibility, party=firms["party"], chain=firms["chain"])
    viewer = Viewer.nobody() if who == "nobody" else viewer_for(firms[who])
    expected = EXPECTED[who][visibility]
    assert relation(viewer, one) == expected
    assert Record.objects.filter(readable(viewer)).exists() is (expected is not None)


def test_many_readers_do_not_repeat_a_record(firms):
    record(firms["owner"], Visibility.CHAIN, party=firms["party"], chain=firms["chain"])
    record(firms["owner"], Visibility.PUBLIC, party=firms["party"], chain=firms["chain"])
    for name in ("owner", "party", "chain"):
        assert Record.objects.filter(readable(viewer_for(firms[name]))).count() == 2


def test_the_condition_reaches_over_a_relation(firms):
    record(firms["owner"], Visibility.PARTIES, party=firms["party"])
    seen = Reader.objects.filter(readable(viewer_for(firms["party"]), "record__"))
    assert seen.count() == 1
    assert not Reader.objects.filter(readable(viewer_for(firms["stranger"]), "record__")).exists()


def test_relations_of_many_records_take_one_query(firms, django_assert_num_queries):
    rows = [record(firms["owner"], Visibility.CHAIN, chain=firms["chain"]) for _ in range(5)]
    with django_assert_num_queries(1):
        found = relations(viewer_for(firms["chain"]), rows)
    assert set(found.values()) == {Relation.CHAIN}


def test_nobody_asks_the_database_nothing(firms, django_assert_num_queries):
    rows = [record(firms["owner"], Visibility.PUBLIC)]
    with django_assert_num_queries(0):
        assert relations(Viewer.nobody(), rows) == {rows[0].pk: Relation.PUBLIC}
