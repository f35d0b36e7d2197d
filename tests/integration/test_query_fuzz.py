"""Whatever a client asks, it gets an answer or a refusal in words; and an index never hides what a criterion finds."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.capture_documents import GTIN, object_event, shipping
from tests.factories import OrganisationFactory
from tests.integration.test_query_events import Caller, eid
from traceapp.accounts.visibility import Visibility, sight
from traceapp.capture.index import index_of
from traceapp.capture.models import KeyRole
from traceapp.commitments.times import parse_rfc3339
from traceapp.epcis.parse import ParsedEvent
from traceapp.query import parse
from traceapp.query.criteria import Column, Keys, Span
from traceapp.query.errors import QueryError
from traceapp.query.goods import MATCHES
from traceapp.query.seen import SeenEvent
from traceapp.query.standard import NAMED

ITEM = f"https://id.gs1.org/01/{GTIN}/21/7"
CONTEXT = {"ex": "http://ns.example.com/epcis/"}
EVENTS = [
    shipping(event_id=eid(1), quantity=40.5, to="9506000100005", place="9506000100005"),
    object_event(
        "urn:epcglobal:cbv:bizstep:receiving",
        eventID=eid(2),
        epcList=["urn:epc:id:sgtin:9506000.013435.7"],
        disposition="in_progress",
        persistentDisposition={"set": ["damaged"], "unset": ["https://farm.example/state"]},
        readPoint={"id": "urn:epc:id:sgln:9506000.10000.A7", "ex:dock": "7"},
        bizTransactionList=[{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:9506000100005:1"}],
        ilmd={"cbvmda:lotNumber": "007", "ex:made": {"ex:when": "2025-01-01T00:00:00+02:00", "ex:size": [1, 2.5]}},
        action="ADD",
    )
    | {"ex:grade": 3, "ex:flag": True, "ex:list": ["a", {"ex:deep": "b"}]},
    {
        "type": "TransformationEvent",
        "eventID": eid(3),
        "eventTime": "2025-05-14T09:12:00.5Z",
        "eventTimeZoneOffset": "+00:00",
        "transformationID": "urn:epc:id:gdti:9506000.00001.1",
        "inputQuantityList": [{"epcClass": "urn:epc:class:lgtin:9506000.013435.L1", "quantity": 2, "uom": "TNE"}],
        "outputEPCList": [ITEM],
        "sensorElementList": [
            {
                "sensorMetadata": {"time": "2025-05-14T09:00:00Z", "deviceID": "urn:epc:id:giai:9506000.1", "ex:m": 1},
                "sensorReport": [
                    {"type": "gs1:Temperature", "value": 26, "sDev": 0.1, "uom": "CEL", "ex:r": "x"},
                    {"type": "Count", "booleanValue": True, "hexBinaryValue": "F0", "stringValue": "s|t"},
                ],
            }
        ],
        "errorDeclaration": {
            "declarationTime": "2025-06-01T00:00:00Z",
            "reason": "incorrect_data",
            "correctiveEventIDs": [eid(4)],
            "ex:who": "me",
        },
    },
]
MATCHING = [
    {"EQ_bizStep": "shipping|receiving"},
    {"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-receiving"},
    {"EQ_disposition": "urn:epcglobal:cbv:disp:in_progress"},
    {"EQ_persistentDisposition_set": "damaged"},
    {"EQ_persistentDisposition_unset": "https://farm.example/state"},
    {"EQ_bizLocation": "urn:epc:id:sgln:9506000.10000.0"},
    {"WD_readPoint": "https://id.gs1.org/414/9506000100005"},
    {"EQ_readPoint": "https://dl.example/414/9506000100005/254/A7"},
    {"EQ_transformationID": "urn:epc:id:gdti:9506000.00001.1"},
    {"MATCH_epc": "urn:epc:idpat:sgtin:9506000.013435.*"},
    {"MATCH_outputEPC": "https://other.example/01/9506000134352/21/7"},
    {"MATCH_inputEPCClass": f"https://id.gs1.org/01/{GTIN}/10/L1"},
    {"MATCH_anyEPCClass": "urn:epc:class:lgtin:9506000.013435.*"},
    {"MATCH_anyEPC": "urn:epc:idpat:sgtin:*.*.*"},
    {"MATCH_epc": "urn:epc:idpat:sgtin:9506000.*.*"},
    {"MATCH_anyEPCClass": "urn:epc:class:lgtin:9506000.*.*"},
    {"MATCH_epc": f"https://other.example/01/{GTIN}"},
    {"MATCH_epc": f"https://other.example/x/01/{GTIN}/10/007"},
    {"MATCH_anyEPC": f"urn:epc:class:lgtin:9506000.013435.007|{ITEM}1"},
    {"EQ_quantity": "40.50"},
    {"GT_quantity_KGM": "1999.9", "LE_quantity_KGM": "2000"},
    {"EQ_quantity_GRM": "2000000"},
    {"EQ_bizTransaction_po": "urn:epcglobal:cbv:bt:9506000100005:1"},
    {"EQ_destination_urn:epcglobal:cbv:sdt:owning_party": "urn:epc:id:pgln:9506000.10000"},
    {"EQ_eventID": eid(2)},
    {"EXISTS_errorDeclaration": ""},
    {"GE_errorDeclaration_Time": "2025-06-01T02:00:00+02:00"},
    {"EQ_errorReason": "incorrect_data", "EQ_correctiveEventID": eid(4)},
    {"EQ_ERROR_DECLARATION_ex:who": "me"},
    {"EQ_ex:grade": "3.0"},
    {"GE_ex:grade": "3"},
    {"EQ_ex:flag": "true"},
    {"EQ_INNER_ex:deep": "b"},
    {"EQ_ILMD_cbvmda:lotNumber": "007"},
    {"EQ_INNER_ILMD_ex:when": "2024-12-31T22:00:00.000Z"},
    {"GT_INNER_ILMD_ex:size": "2"},
    {"EXISTS_ILMD_ex:made": "true"},
    {"EQ_readPoint_ex:dock": "7"},
    {"EXISTS_sensorElementList": ""},
    {"EQ_type": "https://gs1.org/voc/Temperature", "GE_value_KEL": "299.15", "LE_value_FAH": "78.8"},
    {"EQ_value_CEL": "26"},
    {"GE_value": "26"},
    {"EQ_sDev_KEL": "0.1"},
    {"EQ_deviceID": "https://id.gs1.org/8004/95060001"},
    {"EQ_time": "2025-05-14T11:00:00+02:00"},
    {"GE_time": "2025-05-14T09:00:00Z", "LT_time": "2025-05-14T09:00:00.001Z"},
    {"EQ_booleanValue": "true", "EQ_hexBinaryValue": "f0"},
    {"EQ_SENSORMETADATA_ex:m": "1"},
    {"EQ_SENSORREPORT_ex:r": "x"},
    {"GE_eventTime": "2025-05-14T09:12:00.5Z", "LT_eventTime": "2025-05-14T09:12:00.501Z"},
    {"GE_recordTime": "2025-12-31T00:00:00Z", "LT_recordTime": "2026-01-02T00:00:00Z"},
    {"eventType": "TransformationEvent|ObjectEvent", "EQ_action": "ADD"},
]
NOT_MATCHING = [
    {"EQ_ILMD_cbvmda:lotNumber": "7"},
    {"EQ_value_KEL": "26"},
    {"GT_quantity_KGM": "2000"},
    {"EQ_quantity_LTR": "2"},
    {"MATCH_inputEPC": ITEM},
    {"MATCH_parentID": f"https://id.gs1.org/01/{GTIN}/10/007"},
    {"MATCH_epc": f"https://id.gs1.org/01/{GTIN}/10/008"},
    {"MATCH_epc": "urn:epc:idpat:sgtin:9506001.*.*"},
    {"MATCH_epcClass": f"https://id.gs1.org/01/{GTIN}/10/007"},
    {"MATCH_epc": f"https://id.gs1.org/01/{GTIN}/21/70"},
    {"MATCH_epcClass": f"https://id.gs1.org/01/{GTIN}"},
    {"EQ_INNER_ex:grade": "3"},
    {"EXISTS_ex:deep": ""},
    {"EQ_source_owning_party": "https://id.gs1.org/417/9506000100005"},
    {"EQ_destination_possessing_party": "https://id.gs1.org/417/9506000100005"},
    {"EQ_bizLocation": "https://id.gs1.org/414/9506000100005/254/1"},
    {"EQ_persistentDisposition_unset": "damaged"},
    {"LT_eventTime": "2025-05-14T07:12:00Z"},
]
RECORDED = parse_rfc3339("2026-01-01T00:00:00Z")


def seen(event):
    return SeenEvent(event, CONTEXT, RECORDED)


def looked_up(criterion, event):
    """Whether the index would lead to the event."""
    index = index_of(ParsedEvent(event, None, CONTEXT))
    for one in criterion.look_ups:
        if isinstance(one, Keys):
            yield any(
                (key in one.keys and role in one.roles)
                or (role == KeyRole.NUMBER and any(least <= key <= most for least, most in one.spans))
                for key, role in index.keys
            )
        elif isinstance(one, Column):
            yield getattr(index, one.name) in one.values
        else:
            assert isinstance(one, Span)
            moment = index.time if one.name == "time" else RECORDED
            yield (one.least is None or moment >= one.least) and (one.most is None or moment < one.most)


@pytest.mark.parametrize("parameters", MATCHING, ids="&".join)
def test_each_family_finds_what_it_should_and_so_does_its_index(parameters):
    query = parse.query(parameters, CONTEXT)
    found = [event for event in EVENTS if all(one.test(seen(event)) for one in query.criteria)]
    assert found
    assert all(all(looked_up(criterion, event)) for criterion in query.criteria for event in found)
    sight(member for criterion in query.criteria for member in criterion.members)


@pytest.mark.parametrize("parameters", NOT_MATCHING, ids="&".join)
def test_each_family_leaves_the_rest_alone(parameters):
    query = parse.query(parameters, CONTEXT)
    assert not [event for event in EVENTS if all(one.test(seen(event)) for one in query.criteria)]


HEADS = ("EQ", "GT", "GE", "LT", "LE", "EXISTS", "WD", "MATCH", "HASATTR", "EQATTR", "EQ_INNER", "EXISTS_INNER_ILMD")
MIDDLES = (
    *("quantity", "value_CEL", "bizLocation", "readPoint", "ILMD_ex:made", "ex:grade", "INNER_ex:deep", "time"),
    *("SENSORREPORT_ex:r", "source_owning_party", "bizTransaction_po", "percRank", "bizLocation_cbvmda:city", "type"),
)
names = st.one_of(
    st.sampled_from([*NAMED, *MATCHES, "orderBy", "orderDirection", "eventCountLimit", "maxEventCount", "perPage"]),
    st.builds("{}_{}".format, st.sampled_from(HEADS), st.one_of(st.sampled_from(MIDDLES), st.text(max_size=20))),
    st.text(max_size=30),
)
texts = st.one_of(
    st.sampled_from([value for one in (*MATCHING, *NOT_MATCHING) for value in one.values()]),
    st.sampled_from(
        ["", "|", "1e999999999", "-0", "nan", "9" * 70, "2025-01-01T00:00:00 02:00", "urn:epc:idpat:sgtin:*"]
    ),
    st.text(max_size=40),
)
json_values = st.recursive(
    st.one_of(texts, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


@pytest.mark.django_db  # master data is asked for
@given(st.dictionaries(names, json_values, max_size=4))
@example({"@context": [7], "EQ_ex:grade": 3})
@example({"EQATTR_cbvmda:countryOfOrigin": "ES", "HASATTR_bizLocation": ["cbvmda:city"]})
@settings(max_examples=400)
def test_any_definition_is_a_query_or_refused_by_name(parameters):
    try:
        query = parse.query(parameters)
    except QueryError:
        return
    for event in EVENTS:
        for criterion in query.criteria:
            if criterion.test(seen(event)):
                assert all(looked_up(criterion, event)), criterion.parameter


@pytest.fixture
def farm(client, db):
    caller = Caller(client, OrganisationFactory(default_visibility=Visibility.PRIVATE))
    context = [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        CONTEXT,
    ]
    for event in EVENTS:
        body = {"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-05-14T07:12:00Z"}
        content = json.dumps(body | {"@context": context, "epcisBody": {"eventList": [event]}})
        answer = client.post("/epcis/capture", content, content_type="application/ld+json", headers=caller.headers)
        assert answer.status_code == 202, answer.content
    return caller


addresses = st.one_of(
    st.just("/epcis/events"),
    st.builds(
        "/epcis/{}/{}{}".format,
        st.sampled_from(
            ["events", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions", "eventTypes", "queries"]
        ),
        st.text(max_size=30).map(lambda text: "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))),
        st.sampled_from(["", "/events", "/events/"]),
    ),
    st.sampled_from(
        ["/epcis/epcs", "/epcis/bizSteps", "/epcis/queries", "/epcis/nextPageToken/x", "/epcis/readPoints"]
    ),
)


@given(addresses, st.dictionaries(names, texts, max_size=3), st.sampled_from(["application/json", "application/xml"]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_address_gets_an_answer_or_a_problem(farm, address, parameters, accept):
    answer = farm.get(address, headers={"Accept": accept}, **parameters)
    assert answer.status_code < 500
    if answer.status_code >= 400 and answer["Content-Type"] == "application/problem+json":
        problem = answer.json()
        assert problem["type"].startswith("epcisException:")
        assert problem["status"] == answer.status_code
        assert problem["detail"]


@pytest.mark.parametrize("parameters", MATCHING, ids="&".join)
def test_each_family_is_found_over_the_interface(farm, parameters):
    if any("recordTime" in name for name in parameters):
        parameters = {"GE_recordTime": "2025-12-31T00:00:00Z"}
    answer = farm.get(headers={"GS1-Extensions": "ex=http://ns.example.com/epcis/"}, **parameters)
    assert answer.status_code == 200, answer.content
    assert answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
