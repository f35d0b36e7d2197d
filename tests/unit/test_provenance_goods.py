"""Whether an event is about the goods of a code."""

import pytest

from traceapp.epcis import identifiers
from traceapp.epcis.digital_link import parse_path
from traceapp.provenance.goods import concerns, names_of

GTIN = "09506000134352"
LOT = identifiers.lot(GTIN, "L1")


@pytest.mark.parametrize(
    "event",
    [
        {"quantityList": [{"epcClass": LOT, "quantity": 5}]},
        {"quantityList": [{"epcClass": "urn:epc:class:lgtin:9506000.013435.L1"}]},
        {"inputQuantityList": [{"epcClass": LOT}]},
        {"epcList": [f"https://id.gs1.org/01/{GTIN}/10/L1/21/77"]},
        {"epcList": [identifiers.item(GTIN, "77")], "ilmd": {"cbvmda:lotNumber": "L1"}},
    ],
)
def test_an_event_that_names_the_lot_concerns_it(event):
    assert concerns(event, {LOT})


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"epcList": None, "parentID": None},
        {"quantityList": [{"epcClass": identifiers.lot(GTIN, "L2")}]},
        {"epcList": [identifiers.item(GTIN, "77")]},
        {"epcList": [identifiers.item(GTIN, "77")], "ilmd": {"cbvmda:lotNumber": "L2"}},
        {"epcList": ["not a uri"]},
    ],
)
def test_an_event_about_other_goods_does_not(event):
    assert not concerns(event, {LOT})


def test_an_item_with_its_lot_stands_for_both():
    link = parse_path(f"/01/{GTIN}/10/L1/21/77")

    assert names_of(link) == [identifiers.item(GTIN, "77"), LOT]
