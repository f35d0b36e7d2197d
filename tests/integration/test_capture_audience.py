"""Somebody with write access to the database opens a private record to everyone, or hides a public one."""

import pytest

from tests.integration.provenance_world import travelled
from traceapp.accounts.visibility import Visibility
from traceapp.capture.models import Event
from traceapp.ledger import audit
from traceapp.ledger.models import Finding, Record


@pytest.fixture
def journey(ledger_world):
    journey = travelled(ledger_world)
    grower = ledger_world.organisations[0]
    journey.step("storing", journey.packing, grower, visibility=Visibility.PRIVATE)
    ledger_world.anchor()
    return journey


def found(journey):
    audit.everything(journey.world.ledger)
    return list(Finding.objects.filter(resolved=None).values_list("what", "record_pk"))


@pytest.mark.django_db
def test_a_private_record_made_public_is_named_and_not_shown(journey, client):
    private = journey.records[-1]
    Record.objects.filter(pk=private.pk).update(visibility=Visibility.PUBLIC)
    assert found(journey) == [("index", private.pk)]
    assert "visibility" in Finding.objects.get().message
    page = client.get(journey.page).content.decode()
    assert "3 of 3 records match" in page


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Record, Event])
def test_a_public_record_made_private_is_named(journey, model):
    model.objects.filter(pk=journey.records[0].pk).update(visibility=Visibility.PRIVATE)
    assert found(journey) == [("index", journey.records[0].pk)]


@pytest.mark.django_db
def test_where_the_event_says_its_audience_no_column_can_say_otherwise(journey):
    grower = journey.world.organisations[0]
    said = {"@context": [{"traceapp": "https://traceapp.example/voc/"}], "traceapp:visibility": "private"}
    record = journey.step("storing", journey.packing, grower, **said)
    journey.world.anchor()
    for model in (Record, Event):
        model.objects.filter(pk=record.pk).update(visibility=Visibility.PUBLIC)
    assert found(journey) == [("index", record.pk)]


@pytest.mark.django_db
def test_an_index_given_to_another_organisation_is_named(journey):
    other = journey.world.organisations[2]
    Event.objects.filter(pk=journey.records[0].pk).update(organisation=other)
    assert found(journey) == [("index", journey.records[0].pk)]
