"""Repeats that arrive at the same moment are stored once."""

import pytest

from tests.capture_documents import document, shipping
from tests.factories import OrganisationFactory
from traceapp.capture.errors import CaptureRefused
from traceapp.capture.models import CaptureJob
from traceapp.capture.services import capture_document
from traceapp.ledger.models import Record

AT_ONCE = 6
EVENT_ID = "urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01"


@pytest.fixture
def farm(transactional_db):
    return OrganisationFactory()


def stored(race):
    """How many jobs and records there are now."""
    return race(lambda: (CaptureJob.objects.count(), Record.objects.count()))[0]


def captures(farm, bodies, keys):

    def one(body, key):
        return lambda: capture_document(organisation=farm, member=None, body=body, idempotency_key=key)

    return [one(body, key) for body, key in zip(bodies, keys, strict=True)]


def test_one_document_with_one_key_is_one_job(farm, race):
    jobs = race(*captures(farm, [document(shipping())] * AT_ONCE, ["k"] * AT_ONCE))
    assert len({job.pk for job in jobs}) == 1
    assert stored(race) == (1, 1)


def test_one_document_without_a_key_is_one_job(farm, race):
    jobs = race(*captures(farm, [document(shipping())] * AT_ONCE, [None] * AT_ONCE))
    assert len({job.pk for job in jobs}) == 1
    assert stored(race) == (1, 1)


def test_one_event_in_several_documents_is_stored_once(farm, race):
    bodies = [
        document(shipping(event_id=EVENT_ID), shipping(lot=f"L{n}"), created=f"2026-05-14T07:12:0{n}Z")
        for n in range(AT_ONCE)
    ]
    jobs = race(*captures(farm, bodies, [None] * AT_ONCE))
    assert sum(job.stored for job in jobs) == AT_ONCE + 1
    assert stored(race) == (AT_ONCE, AT_ONCE + 1)
    assert sum(job.repeated for job in jobs) == AT_ONCE - 1


def test_of_two_contents_under_one_id_one_is_refused(farm, race):
    bodies = [document(shipping(event_id=EVENT_ID, quantity=quantity)) for quantity in (1, 2)]
    results = race(*captures(farm, bodies, [None, None]))
    assert sorted(isinstance(one, CaptureRefused) for one in results) == [False, True]
    assert stored(race) == (2, 1)  # the job that failed is kept
