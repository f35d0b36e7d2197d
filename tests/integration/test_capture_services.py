"""The one write path: what is stored, for whom, and how often."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.capture_documents import document, shipping
from tests.factories import LocationFactory, OrganisationFactory, member
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Relation, Visibility
from traceapp.capture.errors import CaptureRefused, DocumentTooLarge, EventConflict, KeyReused
from traceapp.capture.models import CaptureJob, Event, EventKey, KeyRole
from traceapp.capture.services import capture_document
from traceapp.epcis import identifiers
from traceapp.ledger.models import Reader, Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm():
    return OrganisationFactory(name="Huerta Alba")


@pytest.fixture
def picker(farm):
    return member(farm, Role.SUPPLIER)


def capture(organisation, person, *events, key=None, **head):
    return capture_document(
        organisation=organisation, member=person, body=document(*events, **head), idempotency_key=key
    )


def test_a_document_is_stored_and_queued_with_its_index(farm, picker):
    job = capture(farm, picker, shipping(event_id="urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01"))
    assert (job.success, job.running, job.events, job.stored, job.repeated) == (True, False, 1, 1, 0)
    record = Record.objects.get()
    assert job.records == [record.pk]
    assert record.batch_id is None
    event = Event.objects.get(pk=record.pk)
    assert (event.biz_step, event.type, event.action) == ("shipping", "ObjectEvent", "OBSERVE")
    assert event.offset == "+02:00"
    lot = identifiers.key("https://id.gs1.org/01/09506000134352/10/L2405-117")
    product = identifiers.key("https://id.gs1.org/01/09506000134352")
    assert set(EventKey.objects.filter(key__in=[lot, product]).values_list("key", "role")) == {
        (lot, KeyRole.CLASS),
        (product, KeyRole.PRODUCT),
    }


def test_a_receipt_promises_the_records_of_the_job(farm, picker):
    job = capture(farm, picker, shipping())
    assert job.receipt.count(".") == 2


def test_an_event_without_an_id_gets_one_that_is_committed(farm, picker):
    capture(farm, picker, shipping())
    event_id = Event.objects.get().event_id
    assert event_id.startswith("urn:uuid:")
    assert event_id.encode() in bytes(Record.objects.get().disclosures)


def test_the_same_document_again_is_the_same_job(farm, picker):
    event = shipping()
    first, again = capture(farm, picker, event), capture(farm, picker, event)
    assert first == again
    assert Record.objects.count() == 1


def test_an_idempotency_key_answers_the_same_job_again(farm, picker):
    event = shipping()
    first, again = capture(farm, picker, event, key="abc"), capture(farm, picker, event, key="abc")
    assert first == again
    assert CaptureJob.objects.count() == Record.objects.count() == 1


def test_an_idempotency_key_with_another_document_is_refused(farm, picker):
    capture(farm, picker, shipping(), key="abc")
    with pytest.raises(KeyReused) as error:
        capture(farm, picker, shipping(lot="OTHER"), key="abc")
    assert error.value.errors[0][0] == "Idempotency-Key"
    assert Record.objects.count() == 1


def test_keys_of_two_organisations_do_not_meet(farm, picker):
    other = OrganisationFactory()
    capture(farm, picker, shipping(), key="abc")
    capture(other, member(other), shipping(lot="OTHER"), key="abc")
    assert Record.objects.count() == 2


def test_an_event_that_is_stored_already_is_a_success_stored_once(farm, picker):
    event = shipping(event_id="urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01")
    first = capture(farm, picker, event)
    job = capture(farm, picker, event, shipping(lot="L-2"), created="2026-05-15T00:00:00Z")
    assert (job.success, job.stored, job.repeated) == (True, 1, 1)
    assert job.records[0] == first.records[0]
    assert Record.objects.count() == 2


def test_an_event_twice_in_one_document_is_stored_once(farm, picker):
    event = shipping(event_id="urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01")
    job = capture(farm, picker, event, event)
    assert (job.events, job.stored, job.repeated) == (2, 1, 1)
    assert Record.objects.count() == 1


def test_an_event_id_with_another_content_is_refused_with_its_place(farm, picker):
    event_id = "urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01"
    capture(farm, picker, shipping(event_id=event_id))
    with pytest.raises(EventConflict) as error:
        capture(farm, picker, shipping(lot="NEW"), shipping(event_id=event_id, quantity=41))
    assert error.value.errors[0][0] == "eventList[1].eventID"
    assert Record.objects.count() == 1


def test_two_contents_under_one_id_in_a_document_are_refused(farm, picker):
    event_id = "urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01"
    with pytest.raises(EventConflict, match="twice"):
        capture(farm, picker, shipping(event_id=event_id), shipping(event_id=event_id, quantity=41))


def test_an_error_declaration_stands_beside_the_event_it_is_about(farm, picker):
    event = shipping(event_id="urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01")
    wrong = event | {"errorDeclaration": {"declarationTime": "2026-05-15T00:00:00Z", "reason": "incorrect_data"}}
    capture(farm, picker, event)
    capture(farm, picker, wrong)
    assert sorted(Event.objects.values_list("is_error_declaration", flat=True)) == [False, True]


def test_a_time_to_come_is_refused_with_its_place(farm, picker):
    later = (datetime.now(UTC) + timedelta(minutes=6)).isoformat(timespec="seconds")
    with pytest.raises(CaptureRefused) as error:
        capture(farm, picker, shipping(), shipping(time=later))
    assert error.value.errors[0][0] == "eventList[1].eventTime"
    assert "future" in error.value.errors[0][1]
    assert Record.objects.count() == CaptureJob.objects.count() == 0


def test_a_clock_that_is_a_little_fast_is_forgiven(farm, picker):
    capture(farm, picker, shipping(time=(datetime.now(UTC) + timedelta(minutes=4)).isoformat(timespec="seconds")))
    assert Record.objects.count() == 1


def test_more_events_than_the_limit_are_refused_with_the_limit(farm, picker, settings):
    settings.CAPTURE_MAX_EVENTS = 2
    with pytest.raises(DocumentTooLarge, match="at most 2"):
        capture(farm, picker, shipping(), shipping(), shipping())


def test_somebody_who_may_not_record_is_refused_before_anything_is_stored(farm):
    for person in (member(farm, Role.ANALYST), member(OrganisationFactory(), Role.SUPPLIER)):
        with pytest.raises(PermissionDenied):
            capture(farm, person, shipping())
    assert Record.objects.count() == 0


def test_organisations_named_in_an_event_may_read_it(farm, picker):
    buyer, host = OrganisationFactory(), OrganisationFactory()
    place = LocationFactory(organisation=host)
    job = capture(farm, picker, shipping(to=buyer.pgln, place=place.gln))
    assert dict(Reader.objects.filter(record=job.records[0]).values_list("organisation_id", "relation")) == {
        buyer.pk: Relation.PARTY,
        host.pk: Relation.PARTY,
    }


def test_an_event_may_choose_its_own_audience(farm, picker):
    event = shipping() | {"traceapp:visibility": "public"}
    job = capture(farm, picker, event)
    assert Record.objects.get(pk=job.records[0]).visibility == Visibility.PUBLIC


def test_without_a_choice_the_organisation_decides(picker, farm):
    farm.default_visibility = Visibility.PARTIES
    farm.save()
    capture(farm, picker, shipping())
    assert Record.objects.get().visibility == Visibility.PARTIES


def test_the_index_is_what_the_record_says(farm, picker):
    from traceapp.capture.kinds import EpcisKind
    from traceapp.commitments.disclosures import assemble, unpack

    event = shipping() | {"epcList": ["urn:epc:id:sgtin:9506000.013435.7"], "ilmd": {"cbvmda:lotNumber": "L2405-117"}}
    event["action"] = "ADD"
    capture(farm, picker, event)
    record, kind = Record.objects.get(), EpcisKind()
    body = assemble(unpack(bytes(record.disclosures)))
    assert kind.stored([record.pk]) == {record.pk: kind.expected(record, body)}
    EventKey.objects.filter(record=record).first().delete()
    assert kind.stored([record.pk])[record.pk] != kind.expected(record, body)
    kind.rebuild(record, body)
    assert kind.stored([record.pk]) == {record.pk: kind.expected(record, body)}


def test_bytes_are_kept_as_numbers_that_came(farm, picker):
    capture(farm, picker, shipping(quantity=12.5))
    assert b"12.5" in bytes(Record.objects.get().disclosures)
    assert json.loads(document(shipping()))["type"] == "EPCISDocument"
