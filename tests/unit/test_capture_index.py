"""The index rows of an event follow from the event alone."""

from tests.capture_documents import GTIN, object_event, shipping
from traceapp.capture.index import index_of
from traceapp.capture.models import KeyRole, LinkAction
from traceapp.epcis.identifiers import item, key, lot, product
from traceapp.epcis.parse import parse_event

EVENT_ID = "urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01"
LOT = lot(GTIN, "L2405-117")
PALLET = "https://id.gs1.org/00/095060001234567893"


def index(event):
    return index_of(parse_event({"eventID": EVENT_ID, **event}))


def keys(event, role):
    return {one for one, its in index(event).keys if its == role}


def test_a_urn_and_a_digital_link_have_one_key():
    urn = object_event("shipping", epcList=["urn:epc:id:sgtin:9506000.013435.7"])
    link = object_event("shipping", epcList=[f"https://shop.example/a/01/{GTIN}/21/7"])
    assert keys(urn, KeyRole.EPC) == keys(link, KeyRole.EPC) == {key(item(GTIN, "7"))}


def test_a_lot_is_found_by_its_product_too():
    assert keys(shipping(), KeyRole.CLASS) == {key(LOT)}
    assert keys(shipping(), KeyRole.PRODUCT) == {key(product(GTIN))}


def test_an_item_is_found_by_the_lot_in_its_code():
    event = object_event("shipping", epcList=[f"https://id.gs1.org/01/{GTIN}/10/L2405-117/21/7"])
    assert keys(event, KeyRole.EPC) == {key(item(GTIN, "7"))}
    assert keys(event, KeyRole.LOT_OF_ITEM) == {key(LOT)}


def test_an_item_is_found_by_the_lot_in_the_events_master_data():
    event = object_event(
        "commissioning", action="ADD", epcList=[item(GTIN, "7")], ilmd={"cbvmda:lotNumber": "L2405-117"}
    )
    assert keys(event, KeyRole.LOT_OF_ITEM) == {key(LOT)}


def test_a_lot_number_that_is_none_leads_nowhere():
    event = object_event(
        "commissioning", action="ADD", epcList=[item(GTIN, "7")], ilmd={"cbvmda:lotNumber": "no such lot"}
    )
    assert keys(event, KeyRole.LOT_OF_ITEM) == set()


def test_a_place_is_found_by_the_whole_and_the_part():
    event = object_event("shipping", epcList=[PALLET], bizLocation={"id": "urn:epc:id:sgln:9506000.13436.gate3"})
    assert len(keys(event, KeyRole.PLACE)) == 2


def test_a_product_alone_is_no_goods_in_particular():
    assert (
        index(object_event("retail_selling", quantityList=[{"epcClass": product(GTIN), "quantity": 1}])).traced
        == frozenset()
    )
    assert index(shipping()).traced == {(key(LOT), GTIN)}


def packing(action, **more):
    return object_event("packing", action=action) | {"type": "AggregationEvent", "parentID": PALLET, **more}


def test_packing_links_each_child_with_the_parent():
    event = packing("ADD", childEPCs=[item(GTIN, "7")], childQuantityList=[{"epcClass": LOT, "quantity": 3}])
    assert index(event).links == {
        (key(item(GTIN, "7")), key(PALLET), LinkAction.PACK),
        (key(LOT), key(PALLET), LinkAction.PACK),
    }


def test_unpacking_without_children_empties_the_parent():
    assert index(packing("DELETE")).links == {(0, key(PALLET), LinkAction.UNPACK)}


def test_a_transformation_is_one_node_between_inputs_and_outputs():
    event = object_event("commissioning")
    del event["action"]
    event |= {
        "type": "TransformationEvent",
        "inputQuantityList": [{"epcClass": LOT}, {"epcClass": lot(GTIN, "B")}],
        "outputQuantityList": [{"epcClass": lot(GTIN, "C")}],
    }
    assert len(index(event).links) == 3


def test_an_association_ties_equipment_and_moves_nothing():
    event = packing("ADD", childEPCs=["urn:epc:id:giai:9506000.logger1"]) | {"type": "AssociationEvent"}
    assert index(event).links == frozenset()


def test_an_error_declaration_links_nothing():
    declared = {"declarationTime": "2026-05-15T00:00:00Z", "reason": "incorrect_data"}
    found = index(packing("ADD", childEPCs=[item(GTIN, "7")], errorDeclaration=declared))
    assert found.is_error_declaration
    assert found.links == frozenset()


def test_an_own_vocabulary_is_kept_as_it_is():
    assert index(shipping(step="https://example.com/steps/blessing")).biz_step == "https://example.com/steps/blessing"
    assert index(shipping(step="urn:epcglobal:cbv:bizstep:shipping")).biz_step == "shipping"


def test_an_order_number_in_any_shape_is_found():
    event = shipping() | {
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:9506000134352:PO-1"}]
    }
    assert len(keys(event, KeyRole.TRANSACTION)) == 1
