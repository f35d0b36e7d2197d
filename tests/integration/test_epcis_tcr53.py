"""Conformance test case requirement TCR-53, SensorElement: capture three sets of events, and every query it lists."""

import json

import pytest

from traceapp.epcis.xml_writer import write_xml

pytestmark = pytest.mark.django_db
EX = "https://ns.example.com/epcis/"
CONTEXT = ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld", {"ex": EX}]
DEVICE = "urn:epc:id:giai:4000001.{}"
INLINE = {
    "time": "2026-03-02T08:00:00.000Z",
    "deviceID": DEVICE.format(111),
    "deviceMetadata": "https://id.gs1.org/8004/4000001111",
    "rawData": "https://example.org/8004/401234599999",
    "dataProcessingMethod": "https://example.com/253/4012345000054987",
}


def event(number, *elements):
    made = {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a{number:02d}",
        "eventTime": "2026-03-02T09:00:00.000Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "epcList": [f"urn:epc:id:sgtin:4012345.011111.{9000 + number}"],
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00005.0"},
    }
    return made | ({"sensorElementList": list(elements)} if elements else {})


def document(*events):
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-02T09:00:00.000Z",
        "epcisBody": {"eventList": list(events)},
    }


ALL_FIELDS, WARM, BARE, IN_METADATA, IN_REPORT = range(1, 6)
SET1 = document(
    event(
        ALL_FIELDS,
        {
            "sensorMetadata": {
                **INLINE,
                "startTime": "2026-03-02T07:00:00.000Z",
                "endTime": "2026-03-02T08:30:00.000Z",
                "bizRules": "https://example.com/253/4012345000054987",
                "ex:inMetadata": "17",
            },
            "sensorReport": [
                {
                    "type": "RelativeHumidity",
                    "microorganism": "https://www.ncbi.nlm.nih.gov/taxonomy/1126011",
                    "chemicalSubstance": "https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N",
                    "value": 26,
                    "component": "x",
                    "stringValue": "SomeString",
                    "booleanValue": True,
                    "hexBinaryValue": "f0f0f0",
                    "uriValue": "https://id.gs1.org/8004/4000001111",
                    "minValue": 25,
                    "maxValue": 27.5,
                    "meanValue": 26.2,
                    "percRank": 50,
                    "percValue": 12.7,
                    "uom": "P1",
                    "sDev": 0.1,
                    "coordinateReferenceSystem": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
                    "exception": "ALARM_CONDITION",
                    "ex:inReport": "18",
                }
            ],
            "ex:inElement": "16",
        },
    ),
    event(WARM, {"sensorReport": [{"type": "Temperature", "value": 30, "uom": "CEL"}]}),
    event(BARE),
)
OTHER_INLINE = {
    name: value.replace("111", "222").replace("08:00", "18:00").replace("4987", "4994").replace("99999", "88888")
    for name, value in INLINE.items()
}
SET2 = document(
    event(IN_METADATA, {"sensorMetadata": INLINE, "sensorReport": [{"type": "Temperature", "value": 3, "uom": "CEL"}]}),
    event(IN_REPORT, {"sensorReport": [{**OTHER_INLINE, "type": "Temperature", "value": 4, "uom": "CEL"}]}),
)
SET3 = document(
    event(9, {"sensorMetadata": INLINE, "sensorReport": [{"type": "Temperature", "value": 3, "time": INLINE["time"]}]})
)

# Step, parameters, and which of set 1 they find.
QUERIES = [
    (2, {"GE_recordTime": "2020-01-01T00:00:00Z"}, {ALL_FIELDS, WARM, BARE}),
    (3, {"EXISTS_sensorElement": "true"}, {ALL_FIELDS, WARM}),
    (4, {"GE_time": "2026-03-02T08:00:00Z", "LT_time": "2026-03-02T08:00:01Z"}, {ALL_FIELDS}),
    (4, {"GE_time": "2026-03-03T00:00:00Z", "LT_time": "2026-03-04T00:00:00Z"}, set()),
    (5, {"GE_startTime": "2026-03-02T07:00:00Z", "LT_startTime": "2026-03-02T07:00:01Z"}, {ALL_FIELDS}),
    (5, {"GE_endTime": "2026-03-02T08:30:00Z", "LT_endTime": "2026-03-02T08:30:01Z"}, {ALL_FIELDS}),
    (5, {"LT_endTime": "2026-03-02T08:30:00Z"}, set()),
    (6, {"EQ_type": "Temperature"}, {WARM}),
    (7, {"EQ_deviceID": DEVICE.format(111)}, {ALL_FIELDS}),
    (8, {"EQ_dataProcessingMethod": INLINE["dataProcessingMethod"]}, {ALL_FIELDS}),
    (9, {"EQ_microorganism": "https://www.ncbi.nlm.nih.gov/taxonomy/1126011"}, {ALL_FIELDS}),
    (10, {"EQ_chemicalSubstance": "https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N"}, {ALL_FIELDS}),
    (11, {"EQ_bizRules": "https://example.com/253/4012345000054987"}, {ALL_FIELDS}),
    (12, {"EQ_value_CEL": "30"}, {WARM}),
    (12, {"GE_value_CEL": "30", "LT_value_CEL": "31"}, {WARM}),
    (12, {"LT_value_CEL": "30"}, set()),
    (13, {"GE_minValue_P1": "25", "LT_minValue_P1": "26"}, {ALL_FIELDS}),
    (14, {"GE_maxValue_P1": "27.5", "LT_maxValue_P1": "28"}, {ALL_FIELDS}),
    (15, {"GE_meanValue_P1": "26.2", "LT_meanValue_P1": "27"}, {ALL_FIELDS}),
    (16, {"EQ_stringValue": "SomeString"}, {ALL_FIELDS}),
    (17, {"EQ_booleanValue": "true"}, {ALL_FIELDS}),
    (17, {"EQ_booleanValue": "false"}, set()),
    (18, {"EQ_hexBinaryValue": "f0f0f0"}, {ALL_FIELDS}),
    (19, {"EQ_uriValue": "https://id.gs1.org/8004/4000001111"}, {ALL_FIELDS}),
    (20, {f"EQ_SENSORELEMENT_{EX}inElement": "16"}, {ALL_FIELDS}),
    (21, {f"EQ_SENSORMETADATA_{EX}inMetadata": "17"}, {ALL_FIELDS}),
    (22, {f"EQ_SENSORREPORT_{EX}inReport": "18"}, {ALL_FIELDS}),
    (23, {"GE_sDev_P1": "0.1", "LT_sDev_P1": "0.2"}, {ALL_FIELDS}),
    (24, {"GE_percRank": "50", "LT_percRank": "51"}, {ALL_FIELDS}),
    (25, {"GE_percValue_P1": "12", "LT_percValue_P1": "13"}, {ALL_FIELDS}),
    (26, {"EQ_type": "Temperature", "GE_value_KEL": "303"}, {WARM}),
    (26, {"EQ_type": "Temperature", "GE_value_KEL": "304"}, set()),
]


def capture(api, whole, form="json"):
    body = json.dumps(whole).encode() if form == "json" else write_xml(whole)
    media_type = "application/ld+json" if form == "json" else "application/xml"
    return api("post", "/epcis/capture", data=body, content_type=media_type)


def poll(api, parameters):
    answer = api("get", "/epcis/events", data=parameters, HTTP_GS1_EPC_FORMAT="Never_Translates")
    assert answer.status_code == 200, answer.content
    return answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_steps_1_and_27_sensor_data_are_captured_with_every_attribute(api, form):
    for whole in (SET1, SET2):
        assert capture(api, whole, form).status_code == 202
    shown = {one["eventID"]: one for one in poll(api, {})}
    for sent in (*SET1["epcisBody"]["eventList"], *SET2["epcisBody"]["eventList"]):
        assert {name: shown[sent["eventID"]].get(name) for name in sent} == sent


@pytest.mark.parametrize(
    ("step", "parameters", "found"), QUERIES, ids=lambda one: str(one) if isinstance(one, int) else None
)
def test_steps_2_to_26_every_query_finds_what_it_should(api, step, parameters, found):
    assert capture(api, SET1).status_code == 202
    assert {int(one["eventID"][-2:]) for one in poll(api, parameters)} == found


NUMBERED = {"SENSORELEMENT": ("inElement", 16), "SENSORMETADATA": ("inMetadata", 17), "SENSORREPORT": ("inReport", 18)}


@pytest.mark.parametrize(("sign", "by"), [("EQ", 0), ("GE", 0), ("GT", -1), ("LE", 0), ("LT", 1)])
@pytest.mark.parametrize("part", NUMBERED)
def test_steps_20_to_22_extensions_are_compared_as_numbers_too(api, part, sign, by):
    text = json.dumps(SET1)
    for name, number in NUMBERED.values():
        text = text.replace(f'"ex:{name}": "{number}"', f'"ex:{name}": {number}')
    assert capture(api, json.loads(text)).status_code == 202
    name, number = NUMBERED[part]
    asked = {f"{sign}_{part}_{EX}{name}": str(number + by)}
    assert {int(one["eventID"][-2:]) for one in poll(api, asked)} == {ALL_FIELDS}


@pytest.mark.parametrize("member", list(INLINE))
@pytest.mark.parametrize(("inline", "number"), [(INLINE, IN_METADATA), (OTHER_INLINE, IN_REPORT)])
def test_step_28_inline_attributes_are_found_in_metadata_and_in_reports(api, member, inline, number):
    assert capture(api, SET2).status_code == 202
    assert {int(one["eventID"][-2:]) for one in poll(api, {f"EQ_{member}": inline[member]})} == {number}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_step_29_attributes_given_twice_are_not_accepted(api, form):
    answer = capture(api, SET3, form)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "eventList[0].sensorElementList[0].sensorReport[0].time"
    assert "TCR-53" in answer.json()["errors"][0]["detail"]
