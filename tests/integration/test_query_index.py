"""What queries look up: in step with the records, also for those that were stored before there were terms."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from tests.capture_documents import GTIN, shipping
from tests.factories import LocationFactory, OrganisationFactory
from tests.integration.test_query_events import Caller, eid, events_in
from traceapp.accounts.visibility import Visibility
from traceapp.capture.models import Event, EventKey, KeyRole
from traceapp.ledger import shapes
from traceapp.ledger.kinds import kind_named
from traceapp.ledger.models import Finding, Record
from traceapp.ledger.verified import read_kind
from traceapp.masterdata import vocabulary
from traceapp.query import pages

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


def test_places_are_asked_for_by_whatever_was_told_of_them_and_by_their_children(farm):
    organisation, shed = farm.organisation, "https://farm.example/shed"
    told = {"id": "cbvmda:roof", "attribute": "flat"}
    vocabulary.keep(organisation, "urn:x:places", {"id": "urn:x:farm", "attributes": [told], "children": [shed]}, {})
    vocabulary.keep(organisation, "urn:x:places", {"id": shed, "children": [f"{shed}/door", "urn:x:farm"]}, {})
    farm.capture(*(shipping(event_id=eid(n), lot=f"L-{n}") | {"readPoint": {"id": place}} for n, place in enumerate(
        ("urn:x:farm", shed, f"{shed}/door", "urn:x:other"), start=1
    )))  # fmt: skip
    assert farm.ids(WD_readPoint="urn:x:farm") == [eid(1), eid(2), eid(3)]
    assert farm.ids(WD_readPoint=shed) == [eid(1), eid(2), eid(3)]  # whoever says so in a ring
    assert farm.ids(EQ_readPoint="urn:x:farm") == [eid(1)]
    assert farm.ids(HASATTR_readPoint="urn:epcglobal:cbv:mda#roof") == [eid(1)]
    assert farm.ids(**{"EQATTR_readPoint_cbvmda:roof": "flat|steep"}) == [eid(1)]
    assert farm.ids(**{"EQATTR_readPoint_cbvmda:roof": "steep"}) == []
    Event.objects.update(visibility=Visibility.PUBLIC)
    Record.objects.update(visibility=Visibility.PUBLIC)
    other = Caller(farm.client, OrganisationFactory())
    assert other.ids(EQ_readPoint="urn:x:farm") == [eid(1)]
    assert other.ids(HASATTR_readPoint="urn:epcglobal:cbv:mda#roof") == []  # what was told is not theirs to ask about
    assert other.ids(WD_readPoint="urn:x:farm") == [eid(1)]


def test_a_query_that_is_too_much_work_says_so(farm):
    for parameters in ({"EQ_eventID": "|".join(map(str, range(501)))}, {f"EXISTS_e:{n}": "1" for n in range(101)}):
        answer = farm.get(**parameters)
        assert (answer.status_code, answer.json()["type"]) == (413, "epcisException:QueryTooComplexException")
    assert farm.get(EQ_eventID="x" * 8100).json()["type"] == "epcisException:URITooLongException"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"GT_quantity_KGM": "37"}, [38, 39, 40]),
        ({"LE_quantity_GRM": "2000"}, [1, 2]),
        ({"EQ_quantity": "7|9"}, [7, 9]),
        ({"GE_value_FAH": "101", "LT_value_CEL": "40"}, [39]),
        ({"GE_traceapp:grade": "39"}, [39, 40]),
        ({"LT_time": "2026-05-01T00:03:00Z"}, [1, 2]),
        ({"MATCH_anyEPCClass": "urn:epc:class:lgtin:9506000.*.*", "GE_quantity": "40"}, [40]),
    ],
)
def test_a_comparison_answers_whole_pages_whatever_lies_between(farm, monkeypatch, parameters, expected):
    monkeypatch.setattr(pages, "LOOKED_AT", 5)
    farm.capture(
        *(
            shipping(event_id=eid(n))
            | {
                "quantityList": [{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/{n}", "quantity": n, "uom": "KGM"}],
                "traceapp:grade": n,
                "sensorElementList": [
                    {
                        "sensorMetadata": {"time": f"2026-05-01T00:{n:02}:00Z"},
                        "sensorReport": [{"type": "Temperature", "value": n, "uom": "CEL"}],
                    }
                ],
            }
            for n in range(1, 41)
        )
    )
    found = []
    answer = farm.get(perPage="2", **parameters)
    while True:
        page = [event["eventID"] for event in events_in(answer)]
        found += page
        token = answer.json().get("nextPageToken")
        assert len(page) == 2 or token is None
        if token is None:
            break
        answer = farm.get(perPage="2", nextPageToken=token)
    assert found == [eid(n) for n in expected]


def test_the_order_of_an_extension_is_right_or_refused(farm, monkeypatch):
    grades = {1: 10, 2: "9", 3: 2, 4: "10.5"}
    farm.capture(*(shipping(event_id=eid(n), lot=f"L-{n}") | {"traceapp:grade": one} for n, one in grades.items()))
    ordered = {"orderBy": "traceapp:grade", "orderDirection": "ASC"}
    answer = farm.get(perPage="3", **ordered)
    found = [event["eventID"] for event in events_in(answer)]
    found += farm.ids(nextPageToken=answer.json()["nextPageToken"])
    assert found == [eid(n) for n in (3, 2, 1, 4)]
    monkeypatch.setattr(pages, "MOST_COUNTED", 3)
    refused = farm.get(**ordered)
    assert (refused.status_code, refused.json()["type"]) == (413, "epcisException:QueryTooComplexException")
    assert farm.ids(EQ_eventID=eid(4), **ordered) == [eid(4)]
