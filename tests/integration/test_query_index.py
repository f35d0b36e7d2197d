"""What queries look up: in step with the records, also for those that were stored before there were terms."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from tests.capture_documents import shipping
from tests.factories import LocationFactory, OrganisationFactory
from tests.integration.test_query_events import Caller, eid
from traceapp.accounts.visibility import Visibility
from traceapp.capture.models import Event, EventKey, KeyRole
from traceapp.ledger import shapes
from traceapp.ledger.kinds import kind_named
from traceapp.ledger.models import Finding, Record
from traceapp.ledger.verified import read_kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm(client):
    return Caller(client, OrganisationFactory(default_visibility=Visibility.PRIVATE))


def test_records_from_before_get_their_terms(farm):
    farm.capture(*(shipping(event_id=eid(n), lot=f"L-{n}", to="9506000100005") for n in (1, 2)))
    EventKey.objects.filter(role__gte=KeyRole.EVENT_ID, role__lte=KeyRole.VALUE).delete()
    Event.objects.update(record_time=timezone.now())
    import_module("traceapp.capture.migrations.0003_terms").index_again(apps, None)
    kind = kind_named("epcis")
    for record in Record.objects.all():
        expected = kind.expected(record, shapes.opened(bytes(record.disclosures)))
        assert kind.stored([record.pk])[record.pk] == expected
    assert farm.ids(EQ_eventID=eid(2)) == [eid(2)]


def test_the_audit_names_a_term_that_was_changed(farm, ledger_world):
    from traceapp.ledger import indexes

    farm.capture(shipping(event_id=eid(1), to="9506000100005"))
    ledger_world.anchor()
    assert list(indexes.compare(list(read_kind("epcis")))) == []
    EventKey.objects.filter(role=KeyRole.DESTINATION).update(key=7)
    assert [one.what for one in indexes.compare(list(read_kind("epcis")))] == [Finding.What.INDEX]


def test_places_are_asked_for_by_their_master_data(farm):
    place = LocationFactory(organisation=farm.organisation, city="Moguer", country="ES")
    farm.capture(shipping(event_id=eid(1), place=place.gln), shipping(event_id=eid(2), lot="L-2"))
    assert farm.ids(HASATTR_bizLocation="urn:epcglobal:cbv:mda#city") == [eid(1)]
    assert farm.ids(**{"EQATTR_bizLocation_cbvmda:city": "Moguer|Huelva"}) == [eid(1)]
    assert farm.ids(**{"EQATTR_bizLocation_cbvmda:city": "Huelva"}) == []
    assert farm.ids(HASATTR_readPoint="cbvmda:city") == []
    assert farm.get(HASATTR_colour="x").status_code == 400


def test_a_query_that_is_too_much_work_says_so(farm):
    for parameters in ({"EQ_eventID": "|".join(map(str, range(501)))}, {f"EXISTS_e:{n}": "1" for n in range(101)}):
        answer = farm.get(**parameters)
        assert (answer.status_code, answer.json()["type"]) == (413, "epcisException:QueryTooComplexException")
    assert farm.get(EQ_eventID="x" * 8100).json()["type"] == "epcisException:URITooLongException"
