"""What a consignee's events say was taken: counted once, short where nothing more comes."""

from datetime import UTC, datetime, timedelta

from traceapp.epcis import scanned
from traceapp.payments.receipts import Agreed, Taking, taking

NOW = datetime(2026, 5, 20, 16, 0, tzinfo=UTC)
LOT = "https://id.gs1.org/01/09506000134352/10/L1"
PALLETS = ["https://id.gs1.org/00/095060001343520017", "https://id.gs1.org/00/095060001343520024"]
LOTS = Agreed(frozenset({scanned.find(LOT).canonical}), 200, "CS")
KILOS = Agreed(frozenset({scanned.find(LOT).canonical}), 200, "KGM")
SSCC = Agreed(frozenset(scanned.find(one).canonical for one in PALLETS), 200, "CS")


def event(quantity, *, ago=5, step="receiving", **members):
    at = (NOW - timedelta(minutes=ago)).isoformat().replace("+00:00", "Z")
    said = {"eventID": f"urn:uuid:{quantity}-{ago}", "eventTime": at, "bizStep": step}
    return said | {"quantityList": [{"epcClass": LOT, "quantity": quantity}]} | members


def taken(*events, agreed=LOTS):
    return taking(events, agreed, NOW)


def test_all_of_it_is_taken_at_once():
    assert taken(event(200)) == Taking(0, 0, 0)
    assert taken(event(120, ago=9), event(80)) == Taking(0, 0, 0)


def test_what_came_in_part_waits_for_the_rest_until_nothing_more_is_said():
    assert taken(event(150)) is None
    assert taken(event(150, ago=61)) == Taking(50, 0, 0)
    assert taken(event(150, ago=61), event(20)) is None


def test_an_accepting_event_says_that_this_is_all():
    assert taken(event(150, step="accepting")) == Taking(50, 0, 0)
    assert taken(event(150), event(20, step="accepting", disposition="damaged")) == Taking(30, 20, 0)


def test_damaged_and_refused_ones_are_told_by_their_disposition():
    assert taken(event(180), event(15, disposition="damaged"), event(5, disposition="returned")) == Taking(0, 15, 5)


def test_the_same_said_twice_counts_once():
    twice = event(150, step="accepting")
    assert taken(twice, twice | {"eventID": "urn:uuid:other"}) == Taking(50, 0, 0)


def test_more_than_was_agreed_on_is_no_matter_of_this_shipment():
    assert taken(event(500)) == Taking(0, 0, 0)
    assert taken(event(500, disposition="damaged")) == Taking(0, 200, 0)
    assert taken(event(150, disposition="damaged"), event(150, disposition="returned")) == Taking(0, 150, 50)


def test_units_are_those_of_the_terms():
    kilos = {"quantityList": [{"epcClass": LOT, "quantity": 199.5, "uom": "KGM"}]}
    assert taken(event(0, step="accepting", **kilos), agreed=KILOS) == Taking(1, 0, 0)
    assert taken(event(0, step="accepting", **kilos)) is None
    assert taken(event(200, step="accepting"), agreed=KILOS) is None


def test_pallets_that_are_all_named_are_everything_and_some_of_them_are_left_to_a_person():
    plain = {"quantityList": []}
    assert taken(event(0, epcList=PALLETS, **plain), agreed=SSCC) == Taking(0, 0, 0)
    assert taken(event(0, epcList=PALLETS[:1], **plain), agreed=SSCC) is None
    assert taken(event(0, epcList=PALLETS[:1], **plain), event(1, epcList=PALLETS[1:], **plain), agreed=SSCC) == Taking(
        0, 0, 0
    )


def test_other_goods_and_no_goods_say_nothing():
    other = {"quantityList": [{"epcClass": LOT.replace("L1", "L2"), "quantity": 200}]}
    assert taken(event(0, step="accepting", **other)) is None
    assert taken() is None
