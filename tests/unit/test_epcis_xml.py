"""XML documents: read as the JSON they stand for, written as the schema has it, and nothing lost either way."""

import json
import subprocess
import sys
import time

import pytest

from tests.unit.epcis_samples import ALL, CONTEXT, LOT, OBJECT, SENSOR, changed, document
from traceapp.epcis.formats import CbvFormat
from traceapp.epcis.parse import EpcisError, parse_any
from traceapp.epcis.spelling import in_json
from traceapp.epcis.xml_document import read_xml
from traceapp.epcis.xml_writer import write_xml

HEAD = '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:ex="https://ns.example.com/epcis/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" \
schemaVersion="2.0" creationDate="2026-05-14T09:12:00Z">'
TAIL = "</epcis:EPCISDocument>"
WHEN = "<eventTime>2026-05-14T11:12:00.000+02:00</eventTime><eventTimeZoneOffset>+02:00</eventTimeZoneOffset>"
EPC = "<epcList><epc>urn:epc:id:sgtin:0614141.107346.2017</epc></epcList>"


def xml(event: str = "", *, kind: str = "ObjectEvent", head: str = HEAD) -> bytes:
    inside = f"<{kind}>{event}</{kind}>" if event else ""
    return f"{head}<EPCISBody><EventList>{inside}</EventList></EPCISBody>{TAIL}".encode()


def observed(more: str) -> bytes:
    return xml(f"{WHEN}{EPC}<action>OBSERVE</action>{more}")


def event_of(data: bytes) -> dict:
    return parse_any(data).events[0].raw


def refused(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(EpcisError) as caught:
        parse_any(data)
    return caught.value.errors


def there_and_back(event: dict, context: object = CONTEXT, form: CbvFormat = CbvFormat.WEB_URI) -> dict:
    whole = parse_any(document(event, context=context)).raw
    return in_json(parse_any(write_xml(whole, form)).raw["epcisBody"]["eventList"][0])


def test_an_event_reads_as_its_json():
    event = event_of(observed("<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>"))
    assert in_json(event) == OBJECT


@pytest.mark.parametrize("event", ALL, ids=lambda event: event["type"])
@pytest.mark.parametrize("form", list(CbvFormat))
def test_every_event_type_survives_the_way_to_xml_and_back(event, form):
    assert there_and_back(event, form=form) == event


EXTENSIONS = {
    "text": "words & <signs> \u00e9 \U0001f353",
    "text with spaces": "  kept \n as it is\t",
    "no text": "",
    "number": 12,
    "fraction": 0.1,
    "tiny": 1e-9,
    "true": True,
    "null": None,
    "list": ["a", 1, None, True],
    "list of one": ["a"],
    "empty list": [],
    "list in a list": [[1, 2], [3]],
    "list of one list": [["a"]],
    "list of one empty object": [{}],
    "object": {"ex:inner": {"deep": ["x", {"ex:y": 1}]}},
    "empty object": {},
    "a name that XML cannot hold": {"ex:1 st/name": "x", "_x0041_": "y", "ünï": "z"},
}


@pytest.mark.parametrize("name", EXTENSIONS)
@pytest.mark.parametrize("where", ["event", "ilmd", "readPoint", "sensorElement", "sensorReport", "errorDeclaration"])
def test_an_extension_of_any_kind_survives_anywhere(name, where):
    extension = {"ex:ours": EXTENSIONS[name]}
    event = {
        "event": {**OBJECT, **extension},
        "ilmd": {**OBJECT, "action": "ADD", "ilmd": extension},
        "readPoint": {**OBJECT, "readPoint": {"id": "urn:epc:id:sgln:0614141.07346.1234", **extension}},
        "sensorElement": {**OBJECT, "sensorElementList": [{**SENSOR, **extension}]},
        "sensorReport": {
            **OBJECT,
            "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 4.5, "uom": "CEL", **extension}]}],
        },
        "errorDeclaration": {
            **OBJECT,
            "errorDeclaration": {"declarationTime": "2026-05-14T09:12:00Z", "reason": "incorrect_data", **extension},
        },
    }[where]
    assert there_and_back(event, [CONTEXT, {"ex": "https://ns.example.com/epcis/"}]) == event


def test_prefixes_keep_their_meaning_also_where_two_mean_the_same_and_where_an_event_has_its_own():
    one = {**OBJECT, "@context": {"ex": "https://one.example/"}, "ex:a": "1"}
    two = {**OBJECT, "@context": {"ex": "https://two.example/"}, "ex:a": "2", "also:b": "3", "same:c": "4"}
    context = [CONTEXT, {"also": "https://both.example/", "same": "https://both.example/"}]
    whole = json.loads(document(one, two, context=context))
    back = read_xml(write_xml(whole))
    meanings = back["@context"][1]
    first, second = back["epcisBody"]["eventList"]

    def expanded(event: dict) -> dict:
        return {meanings[k.split(":")[0]] + k.split(":")[1]: v for k, v in event.items() if ":" in k}

    assert expanded(first) == {"https://one.example/a": "1"}
    assert expanded(second) == {
        "https://two.example/a": "2",
        "https://both.example/b": "3",
        "https://both.example/c": "4",
    }


def test_an_extension_may_be_named_by_its_whole_address():
    event = {**OBJECT, "https://ns.example.com/voc/colour": "red"}
    back = parse_any(write_xml(parse_any(document(event)).raw))
    name, value = next((k, v) for k, v in back.events[0].raw.items() if ":" in k)
    assert value == "red"
    prefix, _, local = name.partition(":")
    assert back.events[0].context[prefix] + local == "https://ns.example.com/voc/colour"


def test_a_prefix_that_the_structure_uses_can_still_be_an_extensions():
    event = {**OBJECT, "epcis:custom": "x", "xsi:thing": "y"}
    context = [CONTEXT, {"xsi": "https://xsi.example/"}]
    back = parse_any(write_xml(parse_any(document(event, context=context)).raw)).events[0]
    assert sorted(value for name, value in back.raw.items() if ":" in name) == ["x", "y"]


def test_typed_elements_and_attributes_of_others_are_read():
    event = event_of(
        observed(
            '<ex:count xsi:type="xsd:integer"> 7 </ex:count><ex:share xsi:type="xsd:double">2.50e1</ex:share>'
            '<ex:open xsi:type="xsd:boolean">1</ex:open><ex:at xsi:type="xsd:dateTime">2026-05-14T09:12:00Z</ex:at>'
            '<ex:said lang="de">Erdbeeren</ex:said><ex:list>a</ex:list><ex:list>b</ex:list><ex:deep><in>x</in></ex:deep>'
        )
    )
    assert {name: value for name, value in event.items() if name.startswith("ex:")} == {
        "ex:count": 7,
        "ex:share": 25,
        "ex:open": True,
        "ex:at": "2026-05-14T09:12:00Z",
        "ex:said": {"#text": "Erdbeeren", "lang": "de"},
        "ex:list": ["a", "b"],
        "ex:deep": {"in": "x"},
    }


def test_epcis_1_keeps_later_members_in_extensions():
    head = HEAD.replace("xsd:2", "xsd:1", 1).replace('schemaVersion="2.0"', 'schemaVersion="1.2"')
    quantities = f"<quantityElement><epcClass>{LOT}</epcClass><quantity>2.5</quantity><uom>KGM</uom></quantityElement>"
    event = f"""{WHEN}<baseExtension><eventID>urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01</eventID></baseExtension>
      <epcList/><action>ADD</action><extension><quantityList>{quantities}</quantityList>
      <ilmd><ex:origin>ES</ex:origin></ilmd><extension/></extension>"""
    found = event_of(xml(event, head=head))
    assert found["eventID"] == "urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01"
    assert found["quantityList"] == [{"epcClass": LOT, "quantity": 2.5, "uom": "KGM"}]
    assert found["ilmd"] == {"ex:origin": "ES"}


def test_epcis_1_keeps_transformations_in_an_extension_of_the_list_and_has_an_event_that_2_has_not():
    head = HEAD.replace("xsd:2", "xsd:1", 1).replace('schemaVersion="2.0"', 'schemaVersion="1.1"')
    lists = f"<inputEPCList><epc>{OBJECT['epcList'][0]}</epc></inputEPCList><outputEPCList><epc>urn:x:1</epc></outputEPCList>"
    body = f"""<QuantityEvent>{WHEN}<epcClass>urn:epc:idpat:sgtin:0614141.107346.*</epcClass><quantity>9</quantity>
      </QuantityEvent><extension><TransformationEvent>{WHEN}{lists}</TransformationEvent></extension>"""
    data = f"{head}<EPCISBody><EventList>{body}</EventList></EPCISBody>{TAIL}".encode()
    quantity, transformation = parse_any(data).events
    assert quantity.raw["type"] == "ObjectEvent"
    assert quantity.raw["quantityList"] == [{"epcClass": "urn:epc:idpat:sgtin:0614141.107346.*", "quantity": 9}]
    assert transformation.raw["type"] == "TransformationEvent"


def test_a_quantity_that_is_not_known_stays_unknown():
    event = {**OBJECT, "quantityList": [{"epcClass": LOT}, {"epcClass": LOT, "uom": "KGM"}]}
    assert there_and_back(event) == event


def test_the_sender_and_receiver_of_a_document_are_its_business_header():
    said = {"sender": "urn:epc:id:sgln:0353579.00001.0", "receiver": "urn:x:you", "instanceIdentifier": "42"}
    whole = parse_any(document(OBJECT, **said, id="https://id.example.org/document1")).raw
    text = write_xml(whole)
    assert b"StandardBusinessDocumentHeader" in text
    back = read_xml(text)
    assert {name: back[name] for name in (*said, "id", "creationDate")} == {
        name: whole[name] for name in (*said, "id", "creationDate")
    }


def test_a_business_header_that_says_more_is_kept_whole():
    header = """<EPCISHeader><sbdh:StandardBusinessDocumentHeader
      xmlns:sbdh="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">
      <sbdh:HeaderVersion>1.0</sbdh:HeaderVersion>
      <sbdh:Sender><sbdh:Identifier Authority="GS1">urn:x:me</sbdh:Identifier></sbdh:Sender>
      <sbdh:Receiver><sbdh:Identifier>urn:x:you</sbdh:Identifier></sbdh:Receiver>
      <sbdh:DocumentIdentification><sbdh:Standard>EPCglobal</sbdh:Standard><sbdh:TypeVersion>1.0</sbdh:TypeVersion>
      <sbdh:InstanceIdentifier>7</sbdh:InstanceIdentifier><sbdh:Type>Events</sbdh:Type>
      <sbdh:CreationDateAndTime>2026-05-14T09:12:00Z</sbdh:CreationDateAndTime></sbdh:DocumentIdentification>
      </sbdh:StandardBusinessDocumentHeader></EPCISHeader>"""
    first = read_xml(observed("").replace(b"<EPCISBody>", f"{header}<EPCISBody>".encode()))
    assert (first["sender"], first["receiver"], first["instanceIdentifier"]) == ("urn:x:me", "urn:x:you", "7")
    again = write_xml(first)
    assert b'Authority="GS1"' in again
    assert read_xml(again) == first


def test_master_data_of_the_header_survives():
    masters = {
        "vocabularyList": [
            {
                "type": "urn:epcglobal:epcis:vtype:BusinessLocation",
                "vocabularyElementList": [
                    {
                        "id": "urn:epc:id:sgln:0037000.00729.0",
                        "attributes": [
                            {"id": "cbvmda:name", "attribute": "Shed"},
                            {"id": "https://x.example/floors", "attribute": 2},
                            {
                                "id": "https://x.example/address",
                                "attribute": {"ex:street": "Main", "ex:no": ["1", "2"]},
                            },
                        ],
                        "children": ["urn:epc:id:sgln:0037000.00729.8201"],
                    }
                ],
            }
        ]
    }
    context = [CONTEXT, {"ex": "https://ns.example.com/epcis/"}]
    whole = parse_any(document(OBJECT, context=context, epcisHeader={"epcisMasterData": masters})).raw
    assert read_xml(write_xml(whole))["epcisHeader"] == {"epcisMasterData": masters}


def test_a_member_inside_a_header_cannot_break_out_of_its_element():
    hostile = {"name": "a><b", "attributes": {'x="': "y"}}
    whole = {**json.loads(document(OBJECT)), "epcisHeader": {"traceapp:sbdh": hostile}}
    assert read_xml(write_xml(whole))


WRONG = {
    "a wrong check digit": (observed("<bizLocation><id>https://id.gs1.org/414/9506000134353</id></bizLocation>"), "eventList[0].bizLocation.id"),
    "no number": (
        xml(f"{WHEN}<epcList/><action>ADD</action><quantityList><quantityElement><epcClass>{LOT}</epcClass>"
            "<quantity>many</quantity></quantityElement></quantityList>"),
        "eventList[0].quantityList[0].quantity",
    ),
    "a number that does not round-trip": (
        observed('<ex:size xsi:type="xsd:decimal">0.12345678901234567890123</ex:size>'), "eventList[0].ex:size",
    ),
    "a member twice": (observed("<action>ADD</action>"), "eventList[0].action"),
    "a member of nobody": (observed("<colour>red</colour>"), "eventList[0].colour"),
    "a list of something else": (observed("<sourceList><epc>urn:x:1</epc></sourceList>"), "eventList[0].sourceList.epc"),
    "elements where text belongs": (observed("<disposition><x/></disposition>"), "eventList[0].disposition.x"),
    "a measurement that is none": (
        observed('<sensorElementList><sensorElement><sensorReport type="gs1:Temperature" value="warm"/></sensorElement>'
                 "</sensorElementList>"),
        "eventList[0].sensorElementList[0].sensorReport[0].value",
    ),
    "an undeclared prefix": (observed("<nobody:x>1</nobody:x>"), ""),
    "another root": (b"<html/>", ""),
    "another namespace": (observed("").replace(b"urn:epcglobal:epcis:xsd:2", b"urn:example"), ""),
    "no body": (f"{HEAD}{TAIL}".encode(), "epcisBody.eventList"),
    "cut off": (observed("")[:-30], ""),
    "two roots": (observed("") + b"<x/>", ""),
    "not in its encoding": (b'<?xml version="1.0" encoding="UTF-8"?><a>\xff</a>', ""),
    "an encoding of its own": (b'<?xml version="1.0" encoding="UTF-7"?><a/>', ""),
    "an encoding that is none": (b'<?xml version="1.0" encoding="nonsense"?><a/>', ""),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_place(name):
    data, path = WRONG[name]
    errors = refused(data)
    assert errors[0][0] == path
    assert errors[0][1]


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "' + f"&l{n - 1};" * 10 + '">' for n in range(1, 20))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><x>&l19;</x>'.encode()


BOMBS = {
    "a billion laughs": laughs(),
    "a file of ours": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
    "a page elsewhere": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>',
    "a parameter entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]><x/>',
    "an empty doctype": observed("").replace(b"<epcis:", b"<!DOCTYPE project><epcis:", 1),
    "a quadratic entity": b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 100_000 + b'">]><x>' + b"&a;" * 10_000 + b"</x>",
    "deep elements": b"<a>" * 1_000_000,
    "deep elements in an event": observed("<ex:a>" * 10_000 + "</ex:a>" * 10_000),
    "many elements": observed("<ex:a/>" * 700_000),
    "text in many pieces": observed("<ex:a>" + "x<ex:b/>" * 500_000 + "</ex:a>"),
    "many attributes": observed("<ex:a " + " ".join(f"a{n}='x'" for n in range(100_000)) + "/>"),
    "many prefixes": observed("".join(f'<ex:a xmlns:p{n}="urn:x:{n}"/>' for n in range(120_000))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_less_than_a_second(name):
    taken = []
    while not taken or (taken[-1] >= 1 and len(taken) < 3):  # a collection of the whole test run's garbage may fall in
        started = time.process_time()
        errors = refused(BOMBS[name])
        taken.append(time.process_time() - started)
    assert min(taken) < 1, errors


def test_no_bomb_takes_much_memory():
    """In a process of their own, whose peak tells."""
    code = """if True:
        import resource
        from tests.unit.test_epcis_xml import BOMBS, refused
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for bomb in BOMBS.values():
            refused(bomb)
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100, f"{done.stdout} MB"


def test_a_doctype_is_named_as_the_reason():
    assert "DOCTYPE" in refused(BOMBS["an empty doctype"])[0][1]


def test_a_document_with_a_byte_order_mark_or_in_utf_16_is_read():
    assert event_of(b"\xef\xbb\xbf" + observed(""))
    assert event_of(observed("").decode().encode("utf-16"))


def test_words_are_spelled_as_asked():
    whole = parse_any(document(changed(OBJECT, disposition="in_transit"))).raw
    web, urn = write_xml(whole, CbvFormat.WEB_URI), write_xml(whole, CbvFormat.URN)
    assert b"<bizStep>https://ref.gs1.org/cbv/BizStep-shipping</bizStep>" in web
    assert b"<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>" in urn
    captured = parse_any(observed("<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>")).raw
    assert b"<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>" in write_xml(captured, CbvFormat.AS_CAPTURED)
