"""Every example document the standard is published with, where a copy of them is at hand."""

import json
import os
from pathlib import Path

import pytest

from traceapp.commitments.canonical import canonical, parse_strict
from traceapp.commitments.disclosures import assemble, digest, disclose, leaf, leaf_of, pack
from traceapp.epcis.parse import EpcisError, goods, parse_document, parse_query_document

FOLDER = Path(os.environ.get("TRACEAPP_DATA", Path(__file__).parents[3] / "shared" / "data")) / "epcis"
EXAMPLES = FOLDER / "JSON"

pytestmark = [pytest.mark.data, pytest.mark.skipif(not EXAMPLES.is_dir(), reason=f"no example documents at {EXAMPLES}")]

# The examples that "hold all fields" give time, device and so on in the sensor metadata and in the reports beneath;
# the standard's own conformance requirement TCR-53 says that a capture interface does not accept that.
SAID_TWICE = ("eventList[0].sensorElementList[0].sensorReport[0].deviceID", "TCR-53")
REFUSED = {
    "AssociationEvent/AssociationEvent-h.jsonld": ("eventList[0].eventID", "duplicate member 'eventID'"),
    "WithFullCombinationOfFields/aggregation_event_all_possible_fields.jsonld": SAID_TWICE,
    "WithFullCombinationOfFields/association_event_all_possible_fields.jsonld": SAID_TWICE,
    "WithFullCombinationOfFields/object_event_all_possible_fields.jsonld": SAID_TWICE,
    "WithFullCombinationOfFields/transaction_event_all_possible_fields.jsonld": SAID_TWICE,
    "WithFullCombinationOfFields/transformation_event_all_possible_fields.jsonld": SAID_TWICE,
}
MEASURED = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time")

NAMES = sorted(str(path.relative_to(EXAMPLES)) for path in EXAMPLES.rglob("*.jsonld"))


def read(name: str, data: bytes):
    return parse_query_document(data) if "QueryDocument" in name else parse_document(data)


def repaired(name: str, data: bytes) -> bytes:
    """The refused examples with the one thing mended that they are refused for."""
    whole = json.loads(data)
    for event in whole["epcisBody"].get("eventList", []):
        for element in event.get("sensorElementList", []):
            for report in element["sensorReport"]:
                for member in set(MEASURED) & set(element.get("sensorMetadata", {})):
                    report.pop(member, None)
    return json.dumps(whole).encode()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSED])
def test_an_example_passes_and_can_be_committed_as_received(name):
    data = (EXAMPLES / name).read_bytes()
    document = read(name, data)
    assert document.events
    salt = iter(range(10**6))
    for event in document.events:
        goods(event)
        record = {"kind": "epcis", "recordedBy": "4012345000009", "event": event.raw, "context": event.context}
        disclosures = disclose(record, lambda: next(salt).to_bytes(16, "big"))
        assert assemble(disclosures) == record
        assert leaf_of(pack(disclosures)) == leaf(map(digest, disclosures))
        assert parse_strict(canonical(event.raw)) == event.raw


@pytest.mark.parametrize("name", [name for name in NAMES if name in REFUSED])
def test_an_example_that_breaks_a_rule_is_refused_for_that_rule_alone(name):
    data = (EXAMPLES / name).read_bytes()
    path, why = REFUSED[name]
    with pytest.raises(EpcisError) as caught:
        read(name, data)
    assert caught.value.path == path
    assert why in caught.value.why
    assert read(name, repaired(name, data)).events


def test_the_words_are_those_of_the_standards_schema():
    from traceapp.epcis.cbv import COMPONENTS, MEASUREMENTS, SENSOR_ALERTS
    from traceapp.epcis.vocabulary import VOCABULARIES

    definitions = json.loads((FOLDER / "EPCIS-JSON-Schema.json").read_text())["definitions"]

    def words(name: str) -> frozenset[str]:
        return frozenset(definitions[name]["anyOf"][1]["enum"])

    assert VOCABULARIES["bizStep"][2] == words("bizStep")
    assert VOCABULARIES["disposition"][2] == words("disposition")
    assert VOCABULARIES["bizTransaction"][2] == words("bizTransaction-type")
    assert VOCABULARIES["sourceOrDestination"][2] == words("source-dest-type")
    assert VOCABULARIES["errorReason"][2] == words("error-reason")
    assert words("measurementType") == MEASUREMENTS
    assert words("sensorAlertType") == SENSOR_ALERTS
    assert words("component") == COMPONENTS
