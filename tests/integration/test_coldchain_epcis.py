"""Leg figures are read back through /epcis, and partners' sensor reports are judged by the same rule."""

import json

import pytest

from tests.coldchain_world import OTHER_SSCC, SSCC, Logger, after, association, capture, every
from tests.factories import api_token, member
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility
from traceapp.coldchain import watch
from traceapp.coldchain.models import Case, Conditions, Leg
from traceapp.coldchain.partners import excursions_of
from traceapp.coldchain.reports import Report, reports_of
from traceapp.epcis import identifiers
from traceapp.sensors.excursions import Rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(ledger_world):
    owner = ledger_world.organisations[0]
    ledger_world.logger = Logger(owner)
    Conditions.objects.create(organisation=owner, name="All", product_class="refrigerated", low=2, high=8)
    return ledger_world


def travelled(world):
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0), association("DELETE", SSCC, [logger.uri], 60))
    logger.tell(every(5, [4.0] * 6 + [9.0] * 3 + [4.0] * 12))
    world.anchor()
    watch.run()
    world.anchor()


def asked(client, world, query="eventType=ObjectEvent&EQ_bizStep=sensor_reporting"):
    reader = member(world.organisations[0], Role.SUPPLIER)
    token = api_token(reader, world.organisations[0])
    headers = {"Authorization": f"Bearer {token}", "GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}
    answer = client.get(f"/epcis/events?{query}", headers=headers)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


def test_an_ended_leg_is_an_event_with_a_sensor_element(client, world):
    travelled(world)
    (event,) = asked(client, world)
    (element,) = event["sensorElementList"]
    about, (figures, low, high, alarm) = element["sensorMetadata"], element["sensorReport"]
    assert (about["startTime"], about["endTime"]) == (after(0).replace("Z", ".000Z"), after(60).replace("Z", ".000Z"))
    assert identifiers.canonical(about["deviceID"]) == world.logger.uri
    assert (figures["minValue"], figures["maxValue"], figures["meanValue"], figures["uom"]) == (4, 9, 5.25, "CEL")
    assert (low["percRank"], low["percValue"], high["percRank"], high["percValue"]) == (5, 4, 95, 9)
    assert alarm["exception"] == "ALARM_CONDITION"
    assert [identifiers.canonical(name) for name in event["epcList"]] == [SSCC]


def test_its_figures_are_found_by_the_standards_queries_and_open_no_second_case(client, world):
    travelled(world)
    hot = "GE_maxValue=8.5&type=gs1:Temperature"
    assert len(asked(client, world, "GE_maxValue_CEL=8.5")) == 1, hot
    assert asked(client, world, "GE_maxValue_CEL=9.5") == []
    watch.run()
    assert [case.source for case in Case.objects.all()] == ["device"]


def test_a_leg_that_is_cut_anew_has_its_event_declared_wrong(client, world):
    travelled(world)
    capture(world.organisations[0], association("ADD", OTHER_SSCC, [world.logger.uri], 30))
    world.anchor()
    watch.run()
    world.anchor()
    events = asked(client, world)
    wrong = [event for event in events if event.get("errorDeclaration")]
    assert len(wrong) == 1
    assert Leg.objects.exclude(superseded=None).count() == 1


def reported(*, value=None, goods=SSCC, **report):
    told = {"type": "gs1:Temperature", "uom": "CEL", **({} if value is None else {"value": value}), **report}
    return {
        "type": "ObjectEvent",
        "eventTime": after(0),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "epcList": [goods],
        "sensorElementList": [{"sensorMetadata": {"time": after(0)}, "sensorReport": [told]}],
    }


def test_a_partners_report_opens_a_case_for_the_party_it_names_labelled_as_not_signed(client, world):
    owner, partner, _ = world.organisations
    to = [{"type": "owning_party", "destination": identifiers.party(owner.pgln)}]
    capture(partner, {**reported(value=12.5), "destinationList": to}, visibility=Visibility.PARTIES)
    watch.run()
    case = Case.objects.get(organisation=owner)
    assert (case.source, case.extreme, case.side, case.goods) == ("partner", 12.5, "above", SSCC)
    client.force_login(member(owner, Role.QUALITY))
    assert "not signed by the device" in client.get(f"/coldchain/cases/{case.uid}/").content.decode()
    watch.run()
    assert Case.objects.filter(organisation=owner).count() == 1


def test_a_partners_report_inside_the_limits_opens_none(world):
    capture(world.organisations[0], reported(value=5), reported(minValue=3, maxValue=7.9))
    watch.run()
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("report", "degrees"),
    [
        ({"value": 50, "uom": "FAH"}, (10, 10)),
        ({"value": 283.15, "uom": "KEL"}, (10, 10)),
        ({"minValue": 1, "maxValue": 9, "meanValue": 4}, (1, 9)),
    ],
)
def test_units_and_ranges_are_read(report, degrees):
    (found,) = reports_of(reported(**report))
    assert (found.least, found.most) == pytest.approx(degrees)


@pytest.mark.parametrize(
    "report",
    [
        {"value": 50, "uom": "A93"},
        {"type": "gs1:Humidity", "value": 99, "uom": "A93"},
        {"exception": "ALARM_CONDITION"},
    ],
)
def test_what_is_no_temperature_says_none(report):
    assert list(reports_of(reported(**report))) == []


def test_the_extremes_of_a_time_are_judged_as_if_they_had_lasted():
    found = excursions_of([Report(0, 3600, 1.0, 9.0)], Rule(2, 8))
    assert [(one.side, one.extreme) for one in found] == [("above", 9.0), ("below", 1.0)]
