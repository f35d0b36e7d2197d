"""Whatever a client sends: an answer in words, never a failure of ours, soon, and nothing stored that was refused.

Documents are made by changing good ones: values exchanged for any others, members added and taken away, elements and
attributes put anywhere, bytes flipped and cut.
"""

import copy
import json
import os
import time
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.factories import OrganisationFactory, api_token, member
from tests.unit.epcis_samples import ALL, CONTEXT, QUANTITY, SENSOR
from tests.unit.epcis_samples import document as sample_document
from traceapp.accounts.roles import Role
from traceapp.epcis.formats import CbvFormat
from traceapp.epcis.parse import EpcisError, parse_any
from traceapp.epcis.spelling import in_json
from traceapp.epcis.xml_writer import write_xml
from traceapp.ledger.models import Record

MANY = int(os.environ.get("FUZZ_EXAMPLES", "150"))
SECONDS = 5  # for one document of a few kilobytes, on a machine that does other things besides
pytestmark = pytest.mark.django_db

RICH = [
    {
        **event,
        "bizLocation": {"id": "urn:epc:id:sgln:0614141.07346.1234", "ex:shelf": ["a", {"ex:n": 1}]},
        "sensorElementList": [{**SENSOR, "ex:said": {"deep": [1, None, True]}}],
        "persistentDisposition": {"set": ["completeness_verified"], "unset": ["completeness_inferred"]},
        "errorDeclaration": {"declarationTime": "2026-05-14T09:12:00Z", "reason": "incorrect_data"},
        "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00225"}],
        "certificationInfo": ["https://example.org/certificate"],
        "ex:ours": {"list": [[1], []], "text": "&<>"},
    }
    for event in ALL
]
RICH[0]["quantityList"] = [QUANTITY]
GOOD = json.loads(
    sample_document(
        *RICH,
        context=[CONTEXT, {"ex": "https://ns.example.com/epcis/"}],
        sender="urn:x:me",
        epcisHeader={
            "epcisMasterData": {
                "vocabularyList": [
                    {
                        "type": "urn:epcglobal:epcis:vtype:EPCClass",
                        "vocabularyElementList": [
                            {
                                "id": "urn:epc:idpat:sgtin:4012345.066666.*",
                                "attributes": [{"id": "urn:x:a", "attribute": {"ex:b": 1}}],
                            }
                        ],
                    }
                ]
            }
        },
    )
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([
        "urn:epc:id:sgtin:0614141.107346.2017", "urn:epc:idpat:sgtin:*.*.*", "https://id.gs1.org/01/09506000134352",
        "https://id.gs1.org/01/1", "urn:", "http://", "ex:", ":", "2026-05-14T09:12:00Z", "9999-12-31T23:59:59-14:00",
        "0000-00-00T00:00:00Z", "\x00", "\ud800", "ADD", "shipping", "urn:epcglobal:cbv:bizstep:nothing", "traceapp:visibility",
        10**400, -0.0, 1e308, 2**53, "_x0041_", "xml:lang", "#text", "traceapp:form",
    ])
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from([
    "type", "eventID", "eventTime", "epcList", "ex:new", "ex:", "nobody:x", "@context", "@id", "https://x.example/y", "urn:x:y",
    "#text", "traceapp:visibility", "traceapp:sbdh", "xml:lang", "", "set", "id", "quantity", "uom", "ilmd", "1", "a b",
]) | st.text(max_size=6)  # fmt: skip


def places(value, path=()):
    """Every place in a document."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member_value in inner:
        yield from places(member_value, (*path, key))


@st.composite
def changed_documents(draw):
    whole = copy.deepcopy(GOOD)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(whole))[1:]))
        holder = whole
        for key in path[:-1]:
            holder = holder[key]
        how = draw(st.sampled_from(["replace", "drop", "add"]))
        if how == "replace":
            holder[path[-1]] = draw(values)
        elif how == "drop":
            del holder[path[-1]]
        elif isinstance(holder, dict):
            holder[draw(names)] = draw(values)
        else:
            holder.insert(0, draw(values))
        if not whole:
            break
    return whole


@st.composite
def changed_bytes(draw, good):
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        how = draw(st.sampled_from(["flip", "cut", "repeat", "insert"]))
        if how == "flip" and data:
            data[at] = draw(st.integers(0, 255))
        elif how == "cut":
            del data[at : at + draw(st.integers(1, 200))]
        elif how == "repeat":
            data[at:at] = data[at : at + draw(st.integers(1, 60))]
        else:
            data[at:at] = draw(st.binary(max_size=20))
    return bytes(data)


XML = write_xml(GOOD, CbvFormat.URN)
tags = st.sampled_from([
    "epc", "quantity", "extension", "baseExtension", "ObjectEvent", "EventList", "sensorReport", "id", "children", "attribute",
    "{https://ns.example.com/epcis/}x", "{urn:epcglobal:epcis:xsd:2}EPCISDocument", "{https://traceapp.example/voc/}item",
    "{https://traceapp.example/voc/}sbdh", "{urn:epcglobal:cbv:mda}lotNumber", "{https://traceapp.example/voc/}certificationInfo",
])  # fmt: skip
attributes = st.sampled_from([
    "type", "value", "booleanValue", "{http://www.w3.org/2001/XMLSchema-instance}type",
    "{http://www.w3.org/2001/XMLSchema-instance}nil", "{https://traceapp.example/voc/}form",
    "{https://traceapp.example/voc/}members", "{https://traceapp.example/voc/}value", "{http://www.w3.org/XML/1998/namespace}lang",
])  # fmt: skip
texts = st.sampled_from(
    ["", "true", "list", "object", "xsd:integer", "1e999", "{", '{"ex:a":[1]}', "[]", "NaN", "-0", "one"]
) | st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)


@st.composite
def changed_xml(draw):
    root = ElementTree.fromstring(XML)
    for _ in range(draw(st.integers(1, 3))):
        elements = list(root.iter())
        element = elements[draw(st.integers(0, len(elements) - 1))]
        how = draw(st.sampled_from(["tag", "text", "attribute", "add", "drop", "copy"]))
        if how == "tag":
            element.tag = draw(tags)
        elif how == "text":
            element.text = draw(texts)
        elif how == "attribute":
            element.set(draw(attributes), draw(texts))
        elif how == "add":
            ElementTree.SubElement(element, draw(tags)).text = draw(texts)
        elif how == "drop" and len(element):
            element.remove(element[draw(st.integers(0, len(element) - 1))])
        elif how == "copy" and len(element):
            element.append(copy.deepcopy(element[0]))
    return ElementTree.tostring(root)


def quick(call):
    started = time.monotonic()
    result = call()
    assert time.monotonic() - started < SECONDS
    return result


def parsed(data, **options):
    """What the parser says: a document, or faults that name places; never anything else."""
    try:
        return quick(lambda: parse_any(data, **options))
    except EpcisError as error:
        faults = error.errors
    assert faults
    assert all(isinstance(path, str) and why for path, why in faults)
    return None


def check_both_ways(document):
    """What passes can be written as XML and read again as the same."""
    written = write_xml(document.raw)
    again = parsed(written)
    assert again is not None
    for one, other in zip(document.events, again.events, strict=True):
        assert in_json(other.raw)["type"] == in_json(one.raw)["type"]


fuzz = settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))


@fuzz
@given(changed_documents())
def test_any_json_document_is_read_or_refused(whole):
    data = json.dumps(whole).encode("utf-8", "surrogatepass")
    document = parsed(data)
    parsed(data, one_by_one=True)
    if document is not None:
        check_both_ways(document)


@fuzz
@given(changed_xml())
def test_any_xml_document_is_read_or_refused(data):
    document = parsed(data)
    parsed(data, one_by_one=True)
    if document is not None:
        check_both_ways(document)


@fuzz
@given(st.binary(max_size=300) | changed_bytes(XML) | changed_bytes(json.dumps(GOOD).encode()))
@example(b"")
@example(b"<")
@example(b"{" * 100_000)
@example(b"[" * 1_000_000)
@example(b'{"a":' * 300_000)
@example(b"\xff\xfe<\x00")
@example(b'"' + b"\\u0000" * 100_000 + b'"')
@example(b"1" * 1_000_000)
@example(b"-1e" + b"9" * 100_000)
def test_any_bytes_are_read_or_refused(data):
    parsed(data)
    parsed(data, form="json")
    parsed(data, form="xml")


@pytest.fixture
def post(client):
    farm = OrganisationFactory()
    token = api_token(member(farm, Role.SUPPLIER), farm)

    def send(url, data, media_type, **headers):
        answer = quick(
            lambda: client.post(
                url, data, content_type=media_type, headers={"Authorization": f"Bearer {token}", **headers}
            )
        )
        assert answer.status_code < 500, answer.content
        if answer.status_code >= 400:
            told = answer.json()
            assert told["status"] == answer.status_code
            assert told["type"].startswith("epcisException:")
        return answer

    return send


few = settings(max_examples=max(MANY // 5, 20), deadline=None, suppress_health_check=list(HealthCheck))


@few
@given(
    changed_documents(),
    st.sampled_from(["rollback", "proceed"]),
    st.sampled_from(["/epcis/capture", "/epcis/validate"]),
)
def test_no_json_document_breaks_the_interface(post, whole, behaviour, url):
    before = Record.objects.count()
    data = json.dumps(whole).encode("utf-8", "surrogatepass")
    answer = post(url, data, "application/ld+json", **{"GS1-Capture-Error-Behaviour": behaviour})
    if answer.status_code >= 400:
        assert Record.objects.count() == before


@few
@given(changed_documents())
def test_no_event_breaks_the_interface(post, whole):
    try:
        event = whole["epcisBody"]["eventList"][0]
    except (KeyError, IndexError, TypeError):
        event = whole
    if isinstance(event, dict):
        event = {"@context": GOOD["@context"], **event}
    post("/epcis/events", json.dumps(event).encode("utf-8", "surrogatepass"), "application/json")


@few
@given(changed_xml() | changed_bytes(XML), st.sampled_from(["/epcis/capture", "/epcis/validate", "/epcis/events"]))
def test_no_xml_document_breaks_the_interface(post, data, url):
    post(url, data, "application/xml", **{"GS1-Capture-Error-Behaviour": "proceed"})
