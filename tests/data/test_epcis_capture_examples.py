"""Every example of the standard captured as it is published, with event IDs of its own, and queried back equal."""

import json
import uuid
from urllib.parse import quote

import pytest

from tests.data.test_epcis_xml_examples import FOLDER, NAMES, REFUSED, bytes_of, document_of, expanded
from traceapp.epcis.normal import normal_form
from traceapp.epcis.parse import EpcisError, parse_any
from traceapp.epcis.spelling import in_json
from traceapp.epcis.xml_writer import write_xml

pytestmark = [
    pytest.mark.data,
    pytest.mark.django_db,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no example documents at {FOLDER}"),
]
CAPTURED = [name for name in NAMES if name not in REFUSED]


def fresh(name):
    """The example with a new ID for each event: some use one for several."""
    raw = json.loads(json.dumps(document_of(name).raw))
    body = raw["epcisBody"]
    events = body["eventList"] if "eventList" in body else body["queryResults"]["resultsBody"]["eventList"]
    for event in events:
        event["eventID"] = f"urn:uuid:{uuid.uuid4()}"
    return raw, events


def events_of(answer):
    return answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("name", CAPTURED)
def test_an_example_is_captured_and_queried_back_equal(api, name, form):
    raw, events = fresh(name)
    body = write_xml(raw) if form == "xml" else json.dumps(raw).encode()
    media_type = "application/xml" if form == "xml" else "application/ld+json"
    answer = api("post", "/epcis/capture", data=body, content_type=media_type)
    assert answer.status_code == 202, answer.content
    job = api("get", answer["Location"]).json()
    assert (job["running"], job["success"], job["events"]["received"]) == (False, True, len(events)), job
    for event, parsed in zip(events, parse_any(json.dumps(raw).encode()).events, strict=True):
        sent = {
            "event": {n: v for n, v in event.items() if n not in ("recordTime", "@context")},
            "context": parsed.context,
        }
        found = api("get", f"/epcis/events/{quote(event['eventID'], safe='')}", HTTP_GS1_EPC_FORMAT="Never_Translates")
        assert found.status_code == 200, found.content
        (shown,) = parse_any(found.content).events
        assert shown.raw.pop("recordTime")
        returned = {"event": shown.raw, "context": shown.context}
        assert normal_form(returned) == normal_form(sent)
        for member_name in ("epcList", "parentID", "childEPCs", "quantityList", "readPoint", "bizTransactionList"):
            assert in_json(shown.raw).get(member_name) == in_json(event).get(member_name), "as captured"


@pytest.mark.parametrize("name", CAPTURED)
def test_an_example_as_published_is_valid_or_refused_for_a_rule(api, name):
    try:
        expanded(parse_any(bytes_of(name)).raw)
        rule = ""
    except EpcisError as error:
        rule = error.why
    media_type = "application/xml" if name.endswith(".xml") else "application/json"
    answer = api("post", "/epcis/validate", data=bytes_of(name), content_type=media_type)
    if rule:
        assert answer.status_code == 400
        assert "TCR-53" in rule
    else:
        assert answer.status_code in (200, 409)  # one ID for two events, as published
