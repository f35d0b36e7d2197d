"""GET /epcis/events: what a client captures it finds again, by every kind of parameter, and nobody finds what is hidden."""

import json
import os
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.capture_documents import GTIN, document, object_event, shipping
from tests.factories import OrganisationFactory, api_token, member
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility

pytestmark = pytest.mark.django_db
DATA = Path(os.environ.get("TRACEAPP_DATA", "/nonexistent"))


class Caller:
    """One organisation's client."""

    def __init__(self, client, organisation):
        self.client = client
        self.organisation = organisation
        self.headers = {"Authorization": f"Bearer {api_token(member(organisation, Role.SUPPLIER), organisation)}"}

    def capture(self, *events):
        body = document(*events)
        answer = self.client.post("/epcis/capture", body, content_type="application/ld+json", headers=self.headers)
        assert answer.status_code == 202, answer.content
        return answer

    def get(self, path="/epcis/events", headers=None, **parameters):
        return self.client.get(path, parameters, headers=self.headers | (headers or {}))

    def ids(self, path="/epcis/events", **parameters):
        return [event["eventID"] for event in events_in(self.get(path, **parameters))]


def events_in(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


@pytest.fixture
def farm(client):
    return Caller(client, OrganisationFactory(name="Huerta Alba", default_visibility=Visibility.PARTIES))


@pytest.fixture
def shop(client):
    return Caller(client, OrganisationFactory(name="Nordmarkt"))


def eid(name):
    return f"urn:uuid:00000000-0000-4000-8000-{name:012d}"


def test_what_was_captured_is_found_and_equal(farm):
    event = shipping(event_id=eid(1), quantity=40.5)
    farm.capture(event)
    found = events_in(farm.get(headers={"GS1-EPC-Format": "Never_Translates"}))
    assert len(found) == 1
    assert found[0].pop("recordTime").endswith("Z")
    assert found[0] == event


def test_an_event_names_its_state_and_where_its_proof_is(farm, ledger_world):
    farm.capture(shipping(event_id=eid(1)))
    results = farm.get().json()["epcisBody"]["queryResults"]
    assert results["traceapp:records"][0]["traceapp:state"] == "queued"
    ledger_world.anchor()
    record = farm.get().json()["epcisBody"]["queryResults"]["traceapp:records"][0]
    assert record["traceapp:eventID"] == eid(1)
    assert record["traceapp:state"] == "verified"
    assert record["traceapp:transaction"]
    assert farm.client.get(record["traceapp:proof"], headers=farm.headers).status_code == 200


def test_a_changed_record_is_named_and_not_shown(farm, ledger_world):
    from traceapp.ledger.models import Record

    farm.capture(shipping(event_id=eid(1)), shipping(event_id=eid(2), lot="L-2"))
    ledger_world.anchor()
    row = Record.objects.order_by("pk").first()
    row.disclosures = bytes(row.disclosures).replace(b"shipping", b"shippinh")
    row.save()
    answer = farm.get()
    assert [one["eventID"] for one in events_in(answer)] == [eid(2)]
    withheld = answer.json()["epcisBody"]["queryResults"]["traceapp:withheld"]
    assert [(one["traceapp:state"], one["traceapp:record"]) for one in withheld] == [
        ("mismatch", f"urn:uuid:{row.uid}")
    ]


@pytest.mark.parametrize(
    "form",
    [
        f"https://id.gs1.org/01/{GTIN}/21/7",
        f"https://brand.example/shop/01/{GTIN}/10/ABC/21/7",
        "urn:epc:id:sgtin:9506000.013435.7",
        "urn:epc:idpat:sgtin:9506000.013435.*",
        "urn:epc:idpat:sgtin:9506000.*.*",
        "urn:epc:idpat:sgtin:*.*.*",
        f"https://id.gs1.org/01/{GTIN}",
    ],
)
def test_an_identifier_is_found_in_every_form(farm, form):
    farm.capture(
        object_event("receiving", eventID=eid(1), epcList=["urn:epc:id:sgtin:9506000.013435.7"]),
        object_event("receiving", eventID=eid(2), epcList=["urn:epc:id:sscc:9506000.0000000001"]),
    )
    assert farm.ids(MATCH_epc=form) == [eid(1)]
    assert farm.ids(MATCH_anyEPC=form) == [eid(1)]
    assert farm.ids(MATCH_parentID=form) == []


def test_pages_follow_each_other_by_link_and_by_token_alone(farm):
    farm.capture(*(shipping(event_id=eid(n), lot=f"L-{n}") for n in range(1, 8)))
    answer = farm.get(perPage=3, EQ_bizStep="shipping")
    seen = [one["eventID"] for one in events_in(answer)]
    farm.capture(shipping(event_id=eid(99), lot="L-99"))
    while "Link" in answer:
        assert 'rel="next"' in answer["Link"]
        assert answer["GS1-Next-Page-Token-Expires"].endswith("Z")
        by_token = farm.get(perPage=3, nextPageToken=answer.json()["nextPageToken"])
        answer = farm.get(answer["Link"].partition(">")[0][1:].removeprefix("http://testserver"))
        assert events_in(answer) == events_in(by_token)
        seen += [one["eventID"] for one in events_in(answer)]
    assert "nextPageToken" not in answer.json()
    assert seen == [eid(n) for n in range(1, 8)]


@pytest.mark.parametrize("per_page", [2, 5, 100])
@pytest.mark.parametrize("parameter", ["MATCH_epc", "MATCH_anyEPC"])
def test_pages_of_a_much_used_crate_are_whole_for_whoever_reads_all_or_few(farm, shop, parameter, per_page):
    crate = f"https://id.gs1.org/01/{GTIN}/21/CRATE"
    to_shop = [{"type": "owning_party", "destination": f"https://id.gs1.org/417/{shop.organisation.pgln}"}]
    for n in range(1, 40):
        more = {"destinationList": to_shop} if n % 9 == 0 else {}
        both = {"childEPCs": [crate]} if n % 4 == 0 else {}
        if both:
            event = {"type": "AggregationEvent", "parentID": "urn:epc:id:sscc:9506000.0000000001", **both}
        else:
            event = {"type": "ObjectEvent", "epcList": [crate]}
        event |= {"eventTime": "2025-05-14T09:12:00Z", "eventTimeZoneOffset": "+00:00", "action": "OBSERVE"}
        farm.capture(event | {"eventID": eid(n)} | more)

    def walked(who):
        answer = who.get(perPage=per_page, **{parameter: crate})
        found = [one["eventID"] for one in events_in(answer)]
        while "nextPageToken" in answer.json():
            answer = who.get(perPage=per_page, nextPageToken=answer.json()["nextPageToken"])
            found += [one["eventID"] for one in events_in(answer)]
        return found

    assert walked(farm) == [eid(n) for n in range(1, 40)]
    assert walked(shop) == [eid(n) for n in range(9, 40, 9)]


def test_a_token_is_bound_to_caller_and_query_and_can_be_deleted(farm, shop):
    farm.capture(*(shipping(event_id=eid(n), lot=f"L-{n}") for n in range(1, 4)))
    token = farm.get(perPage=1, EQ_bizStep="shipping").json()["nextPageToken"]
    for caller, parameters in (
        (shop, {}),
        (farm, {"EQ_bizStep": "receiving"}),
        (farm, {"EQ_bizStep": "shipping", "EQ_action": "ADD"}),
    ):
        answer = caller.get(nextPageToken=token, **parameters)
        assert answer.status_code == 400
        assert answer.json()["type"] == "epcisException:QueryParameterException"
        assert answer.json()["errors"][0]["path"] == "nextPageToken"
    assert farm.get(nextPageToken=token, EQ_bizStep="shipping").status_code == 200
    where = f"/epcis/nextPageToken/{token}"
    assert shop.client.delete(where, headers=shop.headers).status_code == 404
    assert farm.client.delete(where, headers=farm.headers).status_code == 204
    assert farm.get(nextPageToken=token).status_code == 400
    assert farm.get(nextPageToken=token[:-1] + "A").status_code == 400


def test_hidden_fields_cannot_be_found_out_by_asking_for_them(farm, shop, client):
    """Public events show neither quantities nor partners; a stranger who guesses right learns nothing from it."""
    stranger = Caller(client, OrganisationFactory())
    event = shipping(event_id=eid(1), quantity=40, to=shop.organisation.pgln)
    event |= {
        "traceapp:visibility": "public",
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:9506000134352:1"}],
        "epcList": [f"https://id.gs1.org/01/{GTIN}/21/1"],
    }
    farm.capture(event)
    shown = events_in(stranger.get())[0]
    assert "quantityList" not in shown
    assert "destinationList" not in shown
    asked = {
        "EQ_quantity": 40,
        "MATCH_epcClass": f"https://id.gs1.org/01/{GTIN}/10/L2405-117",
        "EQ_destination_owning_party": f"https://id.gs1.org/417/{shop.organisation.pgln}",
        "EQ_bizTransaction_po": "urn:epcglobal:cbv:bt:9506000134352:1",
        "EXISTS_traceapp:visibility": "true",
    }
    for name, value in asked.items():
        assert shop.ids(**{name: value}) == [eid(1)], name
        assert farm.ids(**{name: value}) == [eid(1)], name
        answer = stranger.get(**{name: value})
        assert events_in(answer) == [], name
        assert "Link" not in answer
    assert stranger.ids(EQ_bizStep="shipping") == [eid(1)]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ("EQ_colour=red", "EQ_colour"),
        ("eventType=ObjectEvnt", "eventType"),
        ("EQ_action=ADDED", "EQ_action"),
        ("EQ_action=ADD&EQ_action=DELETE", "EQ_action"),
        ("GE_eventTime=yesterday", "GE_eventTime"),
        ("GE_recordTime=2026-01-01T00:00:00", "GE_recordTime"),
        ("EQ_bizStep=shiping", "EQ_bizStep"),
        ("EQ_bizStep=", "EQ_bizStep"),
        ("MATCH_epc=nonsense", "MATCH_epc"),
        ("MATCH_epc=urn:epc:id:sgtin:9506000.01.7", "MATCH_epc"),
        ("EQ_quantity=many", "EQ_quantity"),
        ("EQ_quantity_kilo=1", "EQ_quantity_kilo"),
        ("EQ_bizTransaction_nonsense=urn:x:1", "EQ_bizTransaction_nonsense"),
        ("eventCountLimit=3", "eventCountLimit"),
        ("eventCountLimit=3&maxEventCount=3&orderBy=eventTime", "eventCountLimit"),
        ("orderBy=bizStep", "orderBy"),
        ("orderBy=eventTime&orderDirection=UP", "orderDirection"),
        ("maxEventCount=0", "maxEventCount"),
        ("perPage=0", "perPage"),
        ("perPage=abc", "perPage"),
        ("nextPageToken=abc", "nextPageToken"),
        (
            "GE_errorDeclarationTime=2026-01-01T00:00:00Z&GE_errorDeclaration_Time=2026-01-01T00:00:00Z",
            "GE_errorDeclaration_Time",
        ),
        ("EQ_booleanValue=perhaps", "EQ_booleanValue"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(farm, parameters, named):
    answer = farm.get(f"/epcis/events?{parameters}")
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"] == "epcisException:QueryParameterException"
    assert problem["status"] == 400
    assert named in problem["detail"]
    assert problem["errors"][0]["path"] == named


def test_more_events_than_allowed_are_too_large_and_fewer_are_not(farm):
    farm.capture(*(shipping(event_id=eid(n), lot=f"L-{n}") for n in range(1, 4)))
    answer = farm.get(maxEventCount=2)
    assert answer.status_code == 413
    assert answer.json()["type"] == "epcisException:QueryTooLargeException"
    assert len(farm.ids(maxEventCount=3)) == 3


def test_the_first_events_in_an_order_across_pages(farm):
    for n, time in enumerate(("2025-03-01", "2025-01-01", "2025-04-01", "2025-02-01"), 1):
        farm.capture(shipping(event_id=eid(n), lot=f"L-{n}", time=f"{time}T00:00:00Z"))
    assert farm.ids(orderBy="eventTime") == [eid(3), eid(1), eid(4), eid(2)]
    assert farm.ids(orderBy="eventTime", orderDirection="ASC") == [eid(2), eid(4), eid(1), eid(3)]
    assert farm.ids(orderBy="recordTime", orderDirection="ASC") == [eid(n) for n in range(1, 5)]
    first = farm.get(orderBy="eventTime", eventCountLimit=3, perPage=2)
    assert [one["eventID"] for one in events_in(first)] == [eid(3), eid(1)]
    second = farm.get(perPage=2, nextPageToken=first.json()["nextPageToken"])
    assert [one["eventID"] for one in events_in(second)] == [eid(4)]
    assert "Link" not in second


def test_an_order_by_an_extension(farm):
    for n, value in enumerate((5, 30, "b", None, 7), 1):
        more = {"traceapp:rank": value} if value is not None else {}
        farm.capture(shipping(event_id=eid(n), lot=f"L-{n}") | more)
    name = "https://traceapp.example/voc/rank"
    assert farm.ids(orderBy=name, orderDirection="ASC") == [eid(4), eid(1), eid(5), eid(2), eid(3)]
    first = farm.get(orderBy=name, orderDirection="ASC", perPage=2)
    rest = farm.get(perPage=9, nextPageToken=first.json()["nextPageToken"])
    assert [one["eventID"] for one in events_in(rest)] == [eid(5), eid(2), eid(3)]


def test_one_event_by_its_id_with_what_declares_it_wrong(farm, shop):
    event = shipping(event_id="ni:///sha-256;e1?ver=CBV2.0/x")
    farm.capture(event)
    farm.capture(event | {"errorDeclaration": {"declarationTime": "2026-05-20T00:00:00Z", "reason": "did_not_occur"}})
    path = f"/epcis/events/{quote(event['eventID'], safe='')}"
    found = events_in(farm.get(path))
    assert ["errorDeclaration" in one for one in found] == [False, True]
    assert shop.get(path).status_code == 404
    assert farm.get("/epcis/events/urn:uuid:nothing").status_code == 404
    assert farm.ids(EXISTS_errorDeclaration="true") == [event["eventID"]]
    assert len(farm.ids(EXISTS_errorDeclaration="false")) == 2
    assert farm.ids(EQ_errorReason="urn:epcglobal:cbv:er:did_not_occur") == [event["eventID"]]


def test_without_a_token_nothing_is_told(client):
    answer = client.get("/epcis/events")
    assert answer.status_code == 401
    assert answer.json()["type"] == "epcisException:SecurityException"


def test_fields_are_asked_for_by_any_name_they_have(farm):
    context = [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        {"ex": "http://ns.example.com/epcis/"},
    ]
    body = json.loads(document(shipping(event_id=eid(1)) | {"ex:grade": "A|B", "ex:box": {"ex:size": 4}}))
    body["@context"] = context
    farm.client.post("/epcis/capture", json.dumps(body), content_type="application/ld+json", headers=farm.headers)
    assert farm.ids(**{"EXISTS_ex:grade": ""}) == [eid(1)]
    assert farm.ids(**{"EXISTS_http://ns.example.com/epcis/grade": ""}) == [eid(1)]
    assert farm.ids(**{"EXISTS_http://ns.example.com/epcis/#grade": ""}) == [eid(1)]
    assert farm.ids(**{"GE_INNER_ex:size": "4"}) == [eid(1)]
    assert farm.ids(**{"GT_INNER_ex:size": "4"}) == []
    assert farm.ids(**{"GE_ex:size": "4"}) == []
    declared = {"GS1-Extensions": "other=http://ns.example.com/epcis/"}
    assert len(events_in(farm.get(headers=declared, **{"EXISTS_other:grade": ""}))) == 1
    declared = {"GS1-Extensions": "ex=http://elsewhere.example/"}
    assert events_in(farm.get(headers=declared, **{"EXISTS_ex:grade": ""})) == []


URN, LINK = "urn:epc:id:sgtin:9506000.013435.7", f"https://id.gs1.org/01/{GTIN}/21/7"
OTHER_DOMAIN = f"https://brand.example/01/{GTIN}/21/8"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, [LINK, f"https://id.gs1.org/01/{GTIN}/21/8"]),
        ({"GS1-EPC-Format": "Always_GS1_Digital_Link"}, [LINK, f"https://id.gs1.org/01/{GTIN}/21/8"]),
        ({"GS1-EPC-Format": "Always_EPC_URN"}, [URN, "urn:epc:id:sgtin:95060001343.05.8"]),
        ({"GS1-EPC-Format": "Never_Translates"}, [URN, OTHER_DOMAIN]),
    ],
)
def test_identifiers_come_in_the_form_that_is_asked_for(farm, form, expected):
    farm.capture(object_event("receiving", eventID=eid(1), epcList=[URN, OTHER_DOMAIN]))
    assert events_in(farm.get(headers=form))[0]["epcList"] == expected
    assert farm.get(headers={"GS1-EPC-Format": "Sometimes"}).status_code == 406


@pytest.mark.parametrize(
    ("form", "step"),
    [
        ("Always_Web_URI", b"https://ref.gs1.org/cbv/BizStep-receiving"),
        ("Always_URN", b"urn:epcglobal:cbv:bizstep:receiving"),
    ],
)
def test_an_answer_in_xml_is_valid_and_spells_words_as_asked(farm, form, step, tmp_path, ledger_world):
    farm.capture(object_event("receiving", eventID=eid(1), epcList=[URN]), shipping(event_id=eid(2)))
    ledger_world.anchor()
    answer = farm.get(headers={"Accept": "application/xml", "GS1-CBV-XML-Format": form}, perPage=1)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("application/xml")
    assert step in answer.content
    assert b"verified" in answer.content
    assert 'rel="next"' in answer["Link"]
    valid_xml(answer.content, tmp_path)


def valid_xml(content, folder):
    """By the standard's own schema, where the folder of examples is there."""
    schema = DATA / "epcis/XSD/EPCglobal-epcis-query-2_0.xsd"
    if not schema.exists():
        return
    (folder / "answer.xml").write_bytes(content)
    checked = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema", str(schema), str(folder / "answer.xml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_an_event_that_is_posted_alone_is_found_at_its_location(farm):
    event = shipping(event_id=eid(1)) | {"@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"}
    answer = farm.client.post("/epcis/events", json.dumps(event), content_type="application/json", headers=farm.headers)
    assert answer.status_code == 201, answer.content
    found = events_in(farm.get(answer["Location"].removeprefix("http://testserver")))
    assert [one["eventID"] for one in found] == [eid(1)]
    assert set(farm.client.options("/epcis/events")["Allow"].split(", ")) == {"GET", "POST", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    "order", [{}, {"orderBy": "eventTime"}, {"orderBy": "recordTime"}, {"GE_eventTime": "2025-01-01T00:00:00Z"}]
)
def test_captures_between_pages_neither_skip_nor_double_an_event(farm, order):
    def captured(numbers):
        farm.capture(
            *(shipping(event_id=eid(n), lot=f"L-{n}", time=f"2025-03-{n * 7 % 28 + 1:02d}T00:00:00Z") for n in numbers)
        )

    captured(range(1, 12))
    answer = farm.get(perPage=2, **order)
    found = [one["eventID"] for one in events_in(answer)]
    latest = 100
    while "nextPageToken" in answer.json():
        captured(range(latest, latest + 5))
        latest += 5
        answer = farm.get(perPage=2, nextPageToken=answer.json()["nextPageToken"])
        found += [one["eventID"] for one in events_in(answer)]
    assert sorted(found) == [eid(n) for n in range(1, 12)]
    assert len(farm.ids(perPage=1000)) == latest - 100 + 11


@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
def test_a_stranger_reads_what_is_public_of_every_type_of_event(farm, client, accept):
    stranger = Caller(client, OrganisationFactory())
    common = {
        "eventTime": "2025-05-14T09:12:00Z",
        "eventTimeZoneOffset": "+00:00",
        "traceapp:visibility": "public",
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:9506000134352:1"}],
        "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 4, "uom": "CEL"}]}],
    }
    lot = [{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/L1", "quantity": 3}]
    farm.capture(
        {"type": "TransactionEvent", "action": "ADD", "quantityList": lot, **common},
        {"type": "ObjectEvent", "action": "ADD", "quantityList": lot, "ilmd": {"cbvmda:lotNumber": "L1"}, **common},
        {"type": "TransformationEvent", "inputQuantityList": lot, "outputQuantityList": lot, **common},
        {"type": "AggregationEvent", "action": "OBSERVE", "childQuantityList": lot, **common},
    )
    answer = stranger.get(headers={"Accept": accept})
    assert answer.status_code == 200, answer.content
    assert b"9506000134352:1" not in answer.content
    assert b"L1" not in answer.content
    assert answer.content.count(b"fieldsHidden") == (4 if accept.endswith("json") else 8)
