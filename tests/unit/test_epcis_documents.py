"""Documents: their frame, their context, and faults with their paths."""

import json

import pytest

from tests.unit.epcis_samples import CONTEXT, ITEM, LOT, OBJECT, changed, document, faults
from traceapp.epcis.parse import EpcisError, parse_document, parse_event, parse_query_document


def test_several_faults_are_named_at_once_with_their_paths():
    wrong = changed(OBJECT, action="SEEN", epcList=[ITEM, "urn:epc:id:sgtin:1.2.3"], eventTimeZoneOffset="Z")
    found = faults(document(OBJECT, wrong, changed(OBJECT, eventTime=...), 7))
    assert [path for path, _ in found] == [
        "eventList[1].eventTimeZoneOffset",
        "eventList[1].action",
        "eventList[1].epcList[1]",
        "eventList[2].eventTime",
        "eventList[3]",
    ]
    assert found[3][1] == "is missing"


def test_at_most_a_hundred_faults_are_named():
    assert len(faults(document(*[changed(OBJECT, action="x", eventTime="y")] * 80))) == 100
    assert len(faults(document(changed(OBJECT, epcList=["x"] * 500)))) == 100


def test_the_message_of_an_error_says_how_many_more_there_are():
    with pytest.raises(EpcisError, match=r"^action: .* \(and 1 more\)$"):
        parse_event(changed(OBJECT, action="x", epcList=["y"]))


def test_extensions_keep_their_prefixes_and_only_those_used():
    context = [
        CONTEXT,
        {"shop": "https://shop.example/voc/", "other": "https://other.example/"},
        "https://example.org/c",
    ]
    event = changed(OBJECT, **{"shop:promotion": {"cbvmda:x": 1}})
    parsed = parse_document(document(event, context=context)).events[0]
    assert parsed.context == {"cbvmda": "urn:epcglobal:cbv:mda:", "shop": "https://shop.example/voc/"}
    assert parsed.raw["shop:promotion"] == {"cbvmda:x": 1}


def test_a_record_reads_again_with_the_prefixes_it_holds():
    event = changed(OBJECT, errorDeclaration=None, **{"traceapp:deliveryId": "7"})
    prefixes = {"traceapp": "https://traceapp.example/voc/"}
    assert parse_event(event, context=prefixes).context == prefixes
    assert faults(event)[0][0] == "traceapp:deliveryId"


def test_an_event_may_bring_a_context_of_its_own():
    event = {"@context": [CONTEXT, {"shop": "https://shop.example/voc/"}], **OBJECT, "shop:x": 1}
    parsed = parse_event(event)
    assert parsed.context == {"shop": "https://shop.example/voc/"}
    assert "@context" not in parsed.raw
    assert [path for path, _ in faults(document({**OBJECT, "@context": {"urn": "https://x.example/"}}))] == [
        "eventList[0].@context.urn"
    ]


@pytest.mark.parametrize(
    ("context", "path"),
    [
        ([CONTEXT, {"shop": 7}], "@context[1].shop"),
        ([CONTEXT, {"shop": "no uri"}], "@context[1].shop"),
        ([CONTEXT, {"https": "https://x.example/"}], "@context[1].https"),
        ([CONTEXT, 7], "@context[1]"),
        ({"shop": "https://shop.example/"}, "@context"),
        ("https://example.org/other.jsonld", "@context"),
        (..., "@context"),
    ],
)
def test_a_context_that_says_nothing_sure_is_refused(context, path):
    assert path in [one for one, _ in faults(document(OBJECT, context=context))]


def test_prefixes_may_build_on_others():
    context = [CONTEXT, {"a": "https://a.example/"}, {"b": "a:b/", "a:x": {"@type": "@id"}, "@version": 1.1}]
    assert parse_document(document({**OBJECT, "b:y": 1}, context=context)).events[0].context == {
        "b": "https://a.example/b/"
    }


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"type": "EPCISQueryDocument"}, "type"),
        ({"type": ...}, "type"),
        ({"schemaVersion": "1.2"}, "schemaVersion"),
        ({"schemaVersion": 2.0}, "schemaVersion"),
        ({"creationDate": ...}, "creationDate"),
        ({"creationDate": "today"}, "creationDate"),
        ({"epcisBody": ...}, "epcisBody"),
        ({"epcisBody": {}}, "epcisBody.eventList"),
        ({"epcisBody": {"eventList": {}}}, "eventList"),
        ({"eventList": []}, "eventList"),
        ({"epcisHeader": {"note": 1}}, "epcisHeader.note"),
        ({"id": "no uri"}, "id"),
    ],
)
def test_the_frame_of_a_document_is_checked(members, path):
    assert faults(document(OBJECT, **members))[0][0] == path


@pytest.mark.parametrize(
    ("data", "path", "why"),
    [
        (b"[]", "", "an EPCIS document is a JSON object"),
        (b"\xff", "", "not UTF-8"),
        (b"", "", "a value is expected"),
        (b"[" * 100_000, "[0]" * 64, "nested deeper than 64"),
        (document(OBJECT).replace(b'"action"', b'"bizStep"'), "eventList[0].bizStep", "duplicate member 'bizStep'"),
        (document({**OBJECT, "epcList": ["?"]}).replace(b'"?"', b'"\\ud800"'), "eventList[0].epcList[0]", "surrogate"),
        (
            document({**OBJECT, "quantityList": [{"epcClass": LOT, "quantity": 77}]}).replace(b"77", b"1e400"),
            "eventList[0].quantityList[0].quantity",
            "1e400",
        ),
    ],
)
def test_json_that_could_be_doubted_is_refused_with_the_same_paths(data, path, why):
    found = faults(data)
    assert found[0][0] == path
    assert why in found[0][1]


def test_a_quantity_of_three_point_nought_is_three():
    data = document({**OBJECT, "quantityList": [{"epcClass": LOT, "quantity": 77}]}).replace(b"77", b"3.0")
    assert repr(parse_document(data).events[0].raw["quantityList"][0]["quantity"]) == "3"


def test_a_document_without_events_passes_and_has_none():
    assert parse_document(document()).events == []


def test_the_answer_of_another_repository_is_read_too():
    answer = {
        "@context": [CONTEXT],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-05-14T09:12:00Z",
        "epcisBody": {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": [OBJECT, 7]}}},
    }
    with pytest.raises(EpcisError) as caught:
        parse_query_document(json.dumps(answer).encode())
    assert caught.value.errors == [("eventList[1]", "an event is an object")]
    answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"].pop()
    assert parse_query_document(json.dumps(answer).encode()).events[0].raw == OBJECT
