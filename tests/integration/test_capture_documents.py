"""Documents in every form and behaviour through the capture interface, single events, and what is only looked at."""

import json
from datetime import timedelta
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from tests.capture_documents import GTIN, document, shipping
from tests.factories import LocationFactory, OrganisationFactory, ProductFactory, api_token, gln, gtin, member
from traceapp.accounts.roles import Role
from traceapp.capture import job_rows
from traceapp.capture.models import CaptureJob, Event
from traceapp.capture.tasks import sweep
from traceapp.epcis.formats import CbvFormat
from traceapp.epcis.xml_document import read_xml
from traceapp.epcis.xml_writer import write_xml
from traceapp.ledger.models import Record
from traceapp.masterdata.models import Location, Lot, Product

pytestmark = pytest.mark.django_db
ID = "urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01"
EPCIS = "{urn:epcglobal:epcis:xsd:2}"


@pytest.fixture
def farm():
    return OrganisationFactory(company_prefix="950601")


@pytest.fixture
def api(client, farm):
    """Call the interface with a token of the farm's supplier: `api("post", "/epcis/capture", body, Accept="...")`."""
    token = api_token(member(farm, Role.SUPPLIER), farm)

    def call(method, url, body=b"", content_type="application/ld+json", **headers):
        data = {"data": body, "content_type": content_type} if method == "post" else {}
        sent = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): text for name, text in headers.items()}}
        return getattr(client, method)(url, **data, headers=sent)

    return call


def capture(api, body, content_type="application/ld+json", **headers):
    """The job that a document leads to, as the interface shows it."""
    answer = api("post", "/epcis/capture", body, content_type, **headers)
    assert answer.status_code == 202, answer.content
    return api("get", answer["Location"]).json()


def wrong_digit(**more):
    return shipping(gtin="09506000134353", **more)


# --- forms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [CbvFormat.WEB_URI, CbvFormat.URN])
@pytest.mark.parametrize("media_type", ["application/xml", "text/xml; charset=utf-8", ""])
def test_a_document_in_xml_is_the_same_capture_as_in_json(api, form, media_type):
    raw = json.loads(document(shipping(event_id=ID), shipping(lot="L-2")))
    job = capture(api, write_xml(raw, form), media_type)
    assert job["events"] == {"received": 2, "stored": 2, "repeated": 0}
    again = capture(api, document(shipping(event_id=ID)))
    assert again["events"] == {"received": 1, "stored": 0, "repeated": 1}


def test_a_document_of_epcis_1_2_is_captured(api):
    body = f"""<?xml version="1.0"?>
      <epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2" creationDate="2026-05-14T09:12:00Z">
      <EPCISBody><EventList><ObjectEvent><eventTime>2025-05-14T09:12:00+02:00</eventTime>
      <eventTimeZoneOffset>+02:00</eventTimeZoneOffset><baseExtension><eventID>{ID}</eventID></baseExtension><epcList/>
      <action>OBSERVE</action><bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep><extension><quantityList>
      <quantityElement><epcClass>urn:epc:class:lgtin:9506000.013435.L2405-117</epcClass><quantity>40</quantity>
      </quantityElement></quantityList></extension></ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"""
    assert capture(api, body.encode(), "application/xml")["events"]["stored"] == 1
    assert Event.objects.get().event_id == ID
    assert capture(api, document(shipping(event_id=ID)))["events"]["repeated"] == 1


def test_a_body_is_read_as_its_media_type_says(api):
    xml = write_xml(json.loads(document(shipping())))
    assert api("post", "/epcis/capture", xml, "application/json").status_code == 400
    assert api("post", "/epcis/capture", document(shipping()), "application/xml").status_code == 400


def test_a_doctype_is_refused(api):
    xml = write_xml(json.loads(document(shipping()))).replace(b"<epcis:", b"<!DOCTYPE project><epcis:", 1)
    answer = api("post", "/epcis/capture", xml, "application/xml")
    assert answer.status_code == 400
    assert "DOCTYPE" in answer.json()["detail"]


def test_an_error_in_xml_has_the_path_of_the_same_document_in_json(api):
    xml = write_xml(json.loads(document(shipping(), shipping(lot="L-2")))).replace(GTIN.encode(), b"09506000134353", 1)
    answer = api("post", "/epcis/capture", xml, "application/xml")
    assert [one["path"] for one in answer.json()["errors"]] == ["eventList[0].quantityList[0].epcClass"]


# --- what is committed -----------------------------------------------------------------------------------------------


def test_a_record_time_of_others_is_not_kept(api):
    event = shipping(event_id=ID) | {"recordTime": "2001-01-01T00:00:00Z"}
    capture(api, document(event))
    record = Record.objects.get()
    assert b"2001-01-01" not in bytes(record.disclosures)
    assert capture(api, document(shipping(event_id=ID)))["events"]["repeated"] == 1
    shown = api("get", f"/epcis/events/{ID}").json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert shown[0]["recordTime"].startswith(f"{record.record_time:%Y-%m-%dT%H:%M:%S}")


SPELLINGS = {
    "identifiers": {"quantityList": [{"epcClass": "urn:epc:class:lgtin:9506000.013435.L2405-117", "quantity": 40}]},
    "words": {"bizStep": "https://ref.gs1.org/cbv/BizStep-shipping"},
    "times": {"eventTime": "2025-05-14T07:12:00.000Z"},
    "numbers": {"quantityList": [{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/L2405-117", "quantity": 40.0}]},
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_same_event_spelled_otherwise_is_the_same(api, name):
    capture(api, document(shipping(event_id=ID)))
    job = capture(api, document(shipping(event_id=ID) | SPELLINGS[name]))
    assert (job["success"], job["events"]["repeated"]) == (True, 1)
    assert Record.objects.count() == 1


def test_equal_events_under_two_ids_are_both_kept(api):
    other = ID.replace("01", "02")
    assert capture(api, document(shipping(event_id=ID), shipping(event_id=other)))["events"]["stored"] == 2


# --- errors in a job, and behaviours ---------------------------------------------------------------------------------


def test_an_id_used_before_fails_the_job_and_nothing_of_it_is_stored(api):
    capture(api, document(shipping(event_id=ID)))
    job = capture(api, document(shipping(lot="NEW"), shipping(event_id=ID, quantity=41)))
    assert (job["running"], job["success"], job["captureErrorBehaviour"]) == (False, False, "rollback")
    assert [(one["path"], one["status"]) for one in job["errors"]] == [("eventList[1].eventID", 409)]
    assert job["errors"][0]["type"] == "epcisException:ResourceAlreadyExistsException"
    assert job["finishedAt"] >= job["createdAt"]
    assert Record.objects.count() == 1


@pytest.mark.parametrize("header", ["GS1-EPCIS-Capture-Error-Behaviour", "GS1-Capture-Error-Behaviour"])
def test_proceed_stores_what_can_be_stored_and_tells_the_rest(api, header, settings):
    capture(api, document(shipping(event_id=ID)))
    later = (timezone.now() + timedelta(days=2)).isoformat(timespec="seconds")
    events = [
        shipping(lot="A"),
        wrong_digit(),
        shipping(event_id=ID, quantity=41),
        shipping(time=later),
        shipping(lot="B"),
    ]
    job = capture(api, document(*events), **{header: "proceed"})
    assert (job["running"], job["success"], job["captureErrorBehaviour"]) == (False, False, "proceed")
    assert job["events"] == {"received": 5, "stored": 2, "repeated": 0}
    assert [one["path"] for one in job["errors"]] == [
        "eventList[1].quantityList[0].epcClass",
        "eventList[3].eventTime",
        "eventList[2].eventID",
    ]
    assert Record.objects.count() == 3
    assert job["receipt"]


def test_proceed_without_an_error_is_a_success(api):
    job = capture(api, document(shipping(lot="A"), shipping(lot="B")), GS1_Capture_Error_Behaviour="PROCEED")
    assert (job["running"], job["success"], job["errors"]) == (False, True, [])


def test_proceed_goes_on_slice_by_slice_and_shows_an_error_while_it_does(api, farm, monkeypatch):
    monkeypatch.setattr("traceapp.capture.proceed.SLICE", 2)
    seen = []
    note = job_rows.note

    def look(job, errors):
        note(job, errors)
        seen.append((job.running, job.success, job.position))

    monkeypatch.setattr("traceapp.capture.job_rows.note", look)
    events = [shipping(lot="A"), shipping(lot="B"), shipping(event_id=ID), shipping(event_id=ID, quantity=2)]
    job = capture(api, document(*events, shipping(lot="C")), GS1_Capture_Error_Behaviour="proceed")
    assert seen == [(True, True, 2), (True, False, 4), (True, False, 5)]
    assert job["events"] == {"received": 5, "stored": 4, "repeated": 0}


def test_proceed_in_xml_tells_of_what_cannot_be_read(api):
    xml = write_xml(json.loads(document(shipping(), shipping(lot="L-2")))).replace(b">40<", b">many<", 1)
    job = capture(api, xml, "application/xml", GS1_Capture_Error_Behaviour="proceed")
    assert [one["path"] for one in job["errors"]] == ["eventList[0].quantityList[0].quantity"]
    assert job["events"] == {"received": 2, "stored": 1, "repeated": 0}


def test_a_document_that_cannot_be_read_has_no_job_in_either_behaviour(api):
    answer = api("post", "/epcis/capture", b"{", GS1_Capture_Error_Behaviour="proceed")
    assert answer.status_code == 400
    assert CaptureJob.objects.count() == 0


@pytest.mark.parametrize("headers", [
    {"GS1_Capture_Error_Behaviour": "all"},
    {"GS1_Capture_Error_Behaviour": "undo"},
    {"GS1_Capture_Error_Behaviour": "proceed", "GS1_EPCIS_Capture_Error_Behaviour": "rollback"},
])  # fmt: skip
def test_a_behaviour_that_is_none_is_refused(api, headers):
    answer = api("post", "/epcis/capture", document(shipping()), **headers)
    assert answer.status_code == 400
    assert "Behaviour" in answer.json()["errors"][0]["path"]


def forsaken(farm, body, behaviour):
    """The job of a process that was killed at work, a while ago."""
    import hashlib

    digest = hashlib.sha256((b"proceed:" if behaviour == "proceed" else b"") + body).hexdigest()
    job = job_rows.opened(
        organisation=farm, member=None, source="rest", key=f"body:{digest}", digest=digest, behaviour=behaviour
    )
    CaptureJob.objects.filter(pk=job.pk).update(touched=timezone.now() - timedelta(hours=1))
    return job


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_a_kill_leaves_no_job_running_for_ever_and_a_repeat_does_its_work(api, farm, behaviour):
    body = document(shipping())
    job = forsaken(farm, body, behaviour)
    shown = api("get", f"/epcis/capture/{job.uid}").json()
    assert (shown["running"], shown["success"]) == (False, False)
    assert "Send it again" in shown["errors"][0]["detail"]
    again = capture(api, body, GS1_Capture_Error_Behaviour=behaviour)
    assert (again["captureID"], again["success"], again["errors"]) == (str(job.uid), True, [])
    assert Record.objects.count() == 1


def test_the_sweep_ends_forsaken_jobs_and_no_others(farm):
    dead = forsaken(farm, document(shipping()), "rollback")
    alive = job_rows.opened(organisation=farm, member=None, source="rest", key="k", digest="d", behaviour="proceed")
    assert sweep() == 1
    dead.refresh_from_db()
    alive.refresh_from_db()
    assert (dead.running, dead.interrupted, alive.running) == (False, True, True)


def test_a_job_at_work_is_shown_as_such(api, farm):
    job = job_rows.opened(organisation=farm, member=None, source="rest", key="k", digest="d", behaviour="proceed")
    shown = api("get", f"/epcis/capture/{job.uid}").json()
    assert (shown["running"], shown["success"], "finishedAt" in shown) == (True, True, False)
    job_rows.note(job, [job_rows.error(("eventList[0]", "Is wrong."))])
    shown = api("get", f"/epcis/capture/{job.uid}").json()
    assert (shown["running"], shown["success"]) == (True, False)


# --- jobs ------------------------------------------------------------------------------------------------------------


def test_a_job_can_be_read_in_xml(api):
    capture(api, document(shipping(event_id=ID)))
    job = capture(api, document(shipping(event_id=ID, quantity=1)))
    answer = api("get", f"/epcis/capture/{job['captureID']}", Accept="application/xml")
    assert answer["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{EPCIS}EPCISCaptureJob"
    assert root.attrib == {"running": "false", "success": "false", "captureID": job["captureID"]}
    assert [child.tag for child in root][:4] == ["captureErrorBehaviour", "createdAt", "finishedAt", "errors"]
    assert root.find("errors/error/status").text == "409"


def test_jobs_are_turned_page_by_page_while_new_ones_come(api):
    made = [capture(api, document(shipping(lot=f"P-{n}")))["captureID"] for n in range(5)]
    first = api("get", "/epcis/capture?perPage=2")
    assert [job["captureID"] for job in first.json()] == made[:2:-1]
    assert first["GS1-Next-Page-Token-Expires"] > first.json()[0]["createdAt"]
    capture(api, document(shipping(lot="LATE")))
    second = api("get", first["Link"].partition(">")[0].removeprefix("<"))
    third = api("get", second["Link"].partition(">")[0].removeprefix("<"))
    assert [job["captureID"] for job in (*second.json(), *third.json())] == made[2::-1]
    assert "Link" not in third


@pytest.mark.parametrize("query", ["perPage=0", "perPage=-1", "perPage=many", "perPage=1.5", "nextPageToken=nonsense"])
def test_a_page_that_cannot_be_is_refused_with_the_parameter(api, query):
    answer = api("get", f"/epcis/capture?{query}")
    assert answer.status_code == 400
    assert answer.json()["type"] == "epcisException:QueryParameterException"
    assert answer.json()["errors"][0]["path"] == query.partition("=")[0]


def test_a_page_token_is_its_organisations_alone(api, client):
    for lot in "AB":
        capture(api, document(shipping(lot=lot)))
    link = api("get", "/epcis/capture?perPage=1")["Link"].partition(">")[0].removeprefix("<")
    other = OrganisationFactory()
    token = api_token(member(other, Role.SUPPLIER), other)
    assert client.get(link, headers={"Authorization": f"Bearer {token}"}).status_code == 400


# --- master data in the header ---------------------------------------------------------------------------------------


def with_masters(*entries, events=()):
    whole = json.loads(document(*events))
    vocabulary = {"type": "urn:epcglobal:epcis:vtype:EPCClass", "vocabularyElementList": list(entries)}
    whole["epcisHeader"] = {"epcisMasterData": {"vocabularyList": [vocabulary]}}
    return json.dumps(whole).encode()


def entry(identifier, **told):
    attributes = [{"id": f"urn:epcglobal:cbv:mda:{name}", "attribute": value} for name, value in told.items()]
    return {"id": identifier, "attributes": attributes}


def test_master_data_of_ones_own_keys_is_taken_over(api, farm):
    known = ProductFactory(organisation=farm, name="Old name", gtin=gtin(7, "0950601"))
    place = gln(8, "950601")
    job = capture(api, with_masters(
        entry(f"https://id.gs1.org/01/{known.gtin}", descriptionShort="New name", countryOfOrigin="ES"),
        entry(f"https://id.gs1.org/01/{known.gtin}/10/L-9", bestBeforeDate="2026-12-24"),
        entry(f"https://id.gs1.org/414/{place}", name="Shed", city="Moguer", countryCode="ES", latitude="37.27", longitude="-6.83"),
        events=[shipping()],
    ))  # fmt: skip
    assert (job["success"], job["warnings"]) == (True, [])
    known.refresh_from_db()
    assert (known.name, known.origin) == ("New name", "ES")
    assert known.history.count() == 2
    assert str(Lot.objects.get(product=known, number="L-9").best_before) == "2026-12-24"
    shed = Location.objects.get(gln=place)
    assert (shed.organisation, shed.name, shed.city, float(shed.latitude)) == (farm, "Shed", "Moguer", 37.27)


def test_master_data_of_anothers_keys_changes_nothing_and_is_told(api):
    theirs, place = ProductFactory(name="Theirs"), LocationFactory(name="Their place")
    job = capture(api, with_masters(
        entry(f"https://id.gs1.org/01/{theirs.gtin}", descriptionShort="Mine"),
        entry(f"https://id.gs1.org/414/{place.gln}", name="Mine"),
        entry(f"https://id.gs1.org/01/{gtin(9, '0950999')}", descriptionShort="Nobody's yet"),
        events=[shipping()],
    ))  # fmt: skip
    assert job["success"]
    where = "epcisHeader.epcisMasterData.vocabularyList[0].vocabularyElementList[{}].id"
    assert [one["path"] for one in job["warnings"]] == [where.format(index) for index in range(3)]
    theirs.refresh_from_db()
    place.refresh_from_db()
    assert (theirs.name, place.name) == ("Theirs", "Their place")
    assert Product.objects.filter(name="Nobody's yet").count() == 0


def test_master_data_may_come_alone_also_in_xml(api):
    body = write_xml(
        json.loads(with_masters(entry(f"https://id.gs1.org/01/{gtin(11, '0950601')}", descriptionShort="Plums")))
    )
    job = capture(api, body, "application/xml")
    assert (job["success"], job["events"]["received"], job["receipt"]) == (True, 0, "")
    assert Product.objects.get(gtin=gtin(11, "0950601")).name == "Plums"


def test_all_master_data_of_ones_own_is_kept_and_answered_in_both_forms(api):
    place, other = f"https://id.gs1.org/414/{gln(21, '950601')}", "https://farm.example/shed/1"
    shed = entry(f"urn:epc:id:sgln:950601.{gln(21, '950601')[6:12]}.0", city="Moguer", numberOfDoors=3)
    shed["attributes"].append({"id": "https://farm.example/voc/roof", "attribute": {"traceapp:kind": "flat"}})
    shed["children"] = [other]
    job = capture(api, with_masters(
        shed,
        entry(other, colour="red"),
        entry(f"https://id.gs1.org/8004/{'950601'}A7", make="Grower"),
        entry("https://id.gs1.org/8004/950999A7", make="Mine"),
        events=[shipping()],
    ))  # fmt: skip
    assert [one["path"].rpartition("[")[2] for one in job["warnings"]] == ["3].id"]
    for form, read in (("application/json", json.loads), ("application/xml", read_xml)):
        answer = api("get", "/epcis/vocabularies", accept=form)
        assert answer.status_code == 200, answer.content
        [told] = read(answer.content)["epcisHeader"]["epcisMasterData"]["vocabularyList"]
        assert [one["id"] for one in told["vocabularyElementList"]] == [
            shed["id"],
            other,
            "https://id.gs1.org/8004/950601A7",
        ]
        assert told["vocabularyElementList"][0]["attributes"] == shed["attributes"]
        assert told["vocabularyElementList"][0]["children"] == [other]
    capture(api, with_masters(entry(place, city="Huelva")))
    [told] = api("get", f"/epcis/vocabularies?id={quote(place)}").json()["epcisHeader"]["epcisMasterData"][
        "vocabularyList"
    ]
    [kept] = told["vocabularyElementList"]
    assert [one["attribute"] for one in kept["attributes"]] == ["Huelva", 3, {"traceapp:kind": "flat"}]
    assert api("get", "/epcis/vocabularies?colour=x").status_code == 400


def test_a_place_off_the_earth_is_told_and_not_kept(api):
    job = capture(api, with_masters(
        entry(f"https://id.gs1.org/414/{gln(12, '950601')}", name="Nowhere", latitude="91", longitude="0"),
        entry(f"https://id.gs1.org/414/{gln(13, '950601')}", name="Nowhere", latitude="north"),
        events=[shipping()],
    ))  # fmt: skip
    assert len(job["warnings"]) == 2
    assert Location.objects.filter(name="Nowhere").count() == 0


# --- single events ---------------------------------------------------------------------------------------------------


def single(event):
    return json.dumps({"@context": json.loads(document())["@context"], **event}).encode()


def test_one_event_is_created_and_found_at_its_location(api):
    answer = api("post", "/epcis/events", single(shipping()))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["eventID"].startswith("urn:uuid:")
    assert made["recordTime"]
    assert unquote(answer["Location"]) == f"http://testserver/epcis/events/{made['eventID']}"
    assert answer["Traceapp-Receipt"].count(".") == 2
    found = api("get", answer["Location"])
    assert found.status_code == 200
    shown = found.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert [one["eventID"] for one in shown] == [made["eventID"]]


def test_one_event_again_is_the_same_and_with_other_content_a_conflict(api):
    first = api("post", "/epcis/events", single(shipping(event_id=ID)))
    again = api("post", "/epcis/events", single(shipping(event_id=ID)))
    assert (again.status_code, again["Location"], again.json()) == (201, first["Location"], first.json())
    other = api("post", "/epcis/events", single(shipping(event_id=ID, quantity=41)))
    assert other.status_code == 409
    assert other.json()["type"] == "epcisException:ResourceAlreadyExistsException"
    assert other.json()["errors"][0]["path"] == "eventID"
    assert Record.objects.count() == 1


def test_an_error_declaration_and_its_event_are_both_returned(api):
    wrong = {"declarationTime": "2026-05-15T00:00:00Z", "reason": "incorrect_data"}
    assert api("post", "/epcis/events", single(shipping(event_id=ID))).status_code == 201
    declared = api("post", "/epcis/events", single(shipping(event_id=ID) | {"errorDeclaration": wrong}))
    assert declared.status_code == 201
    shown = api("get", declared["Location"]).json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert sorted(bool(one.get("errorDeclaration")) for one in shown) == [False, True]


def test_one_event_may_come_in_a_document_of_its_own_also_in_xml(api):
    assert api("post", "/epcis/events", document(shipping(event_id=ID))).status_code == 201
    xml = write_xml(json.loads(document(shipping(event_id=ID))))
    answer = api("post", "/epcis/events", xml, "application/xml", Accept="application/xml")
    assert (answer.status_code, answer["Content-Type"]) == (201, "application/xml")
    root = ElementTree.fromstring(answer.content)
    assert root.find("EPCISBody/EventList/ObjectEvent/eventID").text == ID
    assert api("post", "/epcis/events", document(shipping(), shipping(lot="L-2"))).status_code == 400


BAD = {
    "no context": (json.dumps(shipping()).encode(), "@context"),
    "a wrong check digit": (single(wrong_digit()), "quantityList[0].epcClass"),
    "a time to come": (single(shipping(time="2999-01-01T00:00:00Z")), "eventTime"),
    "an undeclared prefix": (single(shipping() | {"nobody:x": 1}), "nobody:x"),
    "no type": (single({"eventTime": "2025-05-14T09:12:00+02:00"}), "type"),
    "a list": (b"[]", ""),
    "nothing": (b"", ""),
    "no JSON": (b"{", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_event_is_refused_with_its_place(api, name):
    body, path = BAD[name]
    answer = api("post", "/epcis/events", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == path
    assert Record.objects.count() == 0


def test_roles_and_tokens_hold_for_single_events_too(client, farm):
    analyst = api_token(member(farm, Role.ANALYST), farm)
    for headers, status in (({}, 401), ({"Authorization": f"Bearer {analyst}"}, 403)):
        for url in ("/epcis/events", "/epcis/capture", "/epcis/validate"):
            answer = client.post(url, single(shipping()), content_type="application/json", headers=headers)
            assert answer.status_code == status
    assert Record.objects.count() == CaptureJob.objects.count() == 0


# --- validate --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [document(shipping()), single(shipping()), write_xml(json.loads(document(shipping())))]
)
def test_what_would_be_captured_is_valid_and_nothing_is_stored(api, body):
    answer = api("post", "/epcis/validate", body, "")
    assert (answer.status_code, answer.json()["valid"], answer.json()["events"]) == (200, True, 1)
    assert Record.objects.count() == CaptureJob.objects.count() == 0


@pytest.mark.parametrize(
    "body", [document(wrong_digit()), document(), b"{", document(shipping(time="2999-01-01T00:00:00Z"))]
)
def test_what_would_be_refused_is_refused_in_the_same_words(api, body, monkeypatch):
    at = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: at)  # the words tell the time
    said, done = api("post", "/epcis/validate", body), api("post", "/epcis/capture", body)
    assert (said.status_code, said.json()) == (done.status_code, done.json())


@pytest.mark.parametrize("name", BAD)
def test_an_event_is_refused_in_the_same_words(api, name):
    body, _ = BAD[name]
    said, done = api("post", "/epcis/validate", body), api("post", "/epcis/events", body)
    assert said.status_code == done.status_code == 400


def test_an_id_used_before_is_told(api):
    capture(api, document(shipping(event_id=ID)))
    answer = api("post", "/epcis/validate", single(shipping(event_id=ID, quantity=3)))
    assert answer.status_code == 409
