"""Somebody adds a copy of a record: the page of its goods says so, though no index leads to the copy."""

import pytest

from tests.integration.provenance_world import travelled
from traceapp.ledger import verified
from traceapp.ledger.models import Record
from traceapp.ledger.uid import uid_of


@pytest.fixture
def journey(ledger_world):
    return travelled(ledger_world)


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [False, True])
def test_a_copy_at_the_same_place_is_a_record_that_does_not_match(journey, client, changed):
    shipped = journey.records[1]
    copy = Record.objects.get(pk=shipped.pk)
    copy.pk, copy.uid = None, uid_of(b"x" * 32)
    if changed:
        copy.disclosures = bytes(copy.disclosures).replace(b"shipping", b"accepting")
    copy.save()

    answer = verified.read([one.pk for one in journey.records])
    assert len(answer.verified) == 3
    assert answer.unverified == []
    assert [(one.pk, one.what) for one in answer.rivals] == [(copy.pk, "added")]

    page = client.get(journey.page).content.decode()
    assert "Records do not match" in page
    assert "3 of 4 records match" in page


@pytest.mark.django_db
def test_asked_for_the_copy_alone_the_true_record_is_no_rival(journey):
    shipped = journey.records[1]
    copy = Record.objects.get(pk=shipped.pk)
    copy.pk, copy.uid = None, uid_of(b"x" * 32)
    copy.save()
    answer = verified.read([copy.pk])
    assert [one.what for one in answer.unverified] == ["added"]
    assert answer.rivals == []
