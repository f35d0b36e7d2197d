"""What an event is about."""

from tests.unit.test_epcis_parse import AGGREGATION, ITEM, LOT, OBJECT, PALLET, QUANTITY, TRANSFORMATION
from traceapp.epcis.goods import Amount
from traceapp.epcis.identifiers import canonical
from traceapp.epcis.parse import goods, parse_event


def test_goods_are_named_by_role_in_canonical_form():
    found = goods(parse_event({**OBJECT, "quantityList": [QUANTITY]}))
    assert found.epcs == ("https://id.gs1.org/01/10614141073464/21/2017",)
    assert found.classes == (Amount("https://id.gs1.org/01/04012345123456/10/998877", 200, "KGM"),)
    assert found.all() == (*found.epcs, found.classes[0].epc_class)


def test_packing_names_parent_and_children():
    found = goods(parse_event({**AGGREGATION, "childQuantityList": [{"epcClass": LOT}]}))
    assert list(found.by_role()) == [
        ("parent", canonical(PALLET)),
        ("child", canonical(ITEM)),
        ("child", canonical(LOT)),
    ]
    assert found.child_classes[0].quantity is None


def test_transformation_names_inputs_and_outputs():
    found = goods(parse_event(TRANSFORMATION))
    assert list(found.by_role()) == [("input", canonical(LOT)), ("output", canonical(ITEM))]


def test_models_and_partly_disclosed_events_do_as_well():
    parsed = parse_event(AGGREGATION)
    assert goods(parsed.model) == goods(parsed) == goods(AGGREGATION)
    assert goods({"type": "ObjectEvent"}).all() == ()


def test_the_same_thing_counts_once():
    assert goods({"epcList": [ITEM, canonical(ITEM)]}).all() == (canonical(ITEM),)
