"""Who may read an event because they held the same goods before or after."""

import pytest

from tests.capture_documents import GTIN, document, object_event, shipping
from tests.factories import OrganisationFactory, ProductFactory, member
from traceapp.accounts.visibility import Relation, Visibility
from traceapp.capture.services import capture_document
from traceapp.ledger.models import Reader

pytestmark = pytest.mark.django_db
PALLET = "urn:epc:id:sscc:9506000.1234567890"
LOT = f"https://id.gs1.org/01/{GTIN}/10/L2405-117"


class Firm:
    """An organisation that records."""

    def __init__(self, name, **more):
        self.organisation = OrganisationFactory(name=name, **more)
        self.person = member(self.organisation)
        self.pk, self.pgln = self.organisation.pk, self.organisation.pgln

    def records(self, event, visibility=Visibility.CHAIN):
        job = capture_document(
            organisation=self.organisation, member=self.person, body=document(event), visibility=visibility
        )
        return job.records[0]


@pytest.fixture
def farm():
    return Firm("Farm")


@pytest.fixture
def storage():
    return Firm("Storage")


@pytest.fixture
def shop():
    return Firm("Shop")


@pytest.fixture
def stranger():
    return Firm("Stranger")


def readers(record):
    return set(Reader.objects.filter(record=record).values_list("organisation_id", flat=True))


def made(**more):
    return shipping(step="commissioning", **more) | {"action": "ADD"}


def packed(action="ADD", *, into=PALLET, lots=(LOT,), time="2025-05-14T10:00:00+02:00"):
    return object_event("packing", action=action, time=time) | {
        "type": "AggregationEvent",
        "parentID": into,
        "childQuantityList": [{"epcClass": lot, "quantity": 40} for lot in lots],
    }


def moved(pallet=PALLET, *, to=None, time="2025-05-14T12:00:00+02:00"):
    event = object_event("shipping", time=time, epcList=[pallet])
    if to:
        event["destinationList"] = [{"type": "owning_party", "destination": f"https://id.gs1.org/417/{to.pgln}"}]
    return event


def test_a_later_holder_reads_what_happened_before(farm, storage, shop):
    first = farm.records(made())
    assert readers(first) == set()
    farm.records(shipping(to=storage.pgln))
    assert readers(first) == {storage.pk}
    storage.records(shipping(to=shop.pgln))
    assert readers(first) == {storage.pk, shop.pk}
    assert set(Reader.objects.filter(record=first).values_list("relation", flat=True)) == {Relation.CHAIN}


def test_an_earlier_holder_reads_what_happens_later(farm, storage, shop):
    farm.records(shipping(to=storage.pgln))
    later = storage.records(shipping(to=shop.pgln))
    assert readers(later) == {farm.pk, shop.pk}


def test_recording_an_event_lets_nobody_into_the_chain(farm, storage, stranger):
    first = farm.records(made())
    bogus = stranger.records(shipping(step="receiving"))
    farm.records(shipping(to=storage.pgln))
    assert readers(first) == {storage.pk}
    assert readers(bogus) == {farm.pk, storage.pk}


def test_a_stranger_cannot_name_others_or_himself_into_the_chain(farm, stranger, shop):
    first = farm.records(made())
    stranger.records(shipping(to=shop.pgln))
    stranger.records(shipping(to=stranger.pgln))
    assert readers(first) == set()


def test_a_stranger_who_came_first_is_not_the_root_of_anothers_product(farm, stranger):
    ProductFactory(organisation=farm.organisation, gtin=GTIN)
    stranger.records(made())
    assert stranger.pk not in readers(farm.records(made(quantity=41)))


def test_a_receiver_who_recorded_before_being_named_is_let_in_when_named(farm, storage, shop):
    first = farm.records(made())
    storage.records(shipping(to=shop.pgln))
    assert readers(first) == set()
    farm.records(shipping(to=storage.pgln))
    assert readers(first) == {storage.pk, shop.pk}


def test_a_private_event_names_nobody(farm, storage):
    first = farm.records(made())
    farm.records(shipping(to=storage.pgln), visibility=Visibility.PRIVATE)
    assert readers(first) == set()


def test_events_for_parties_or_for_us_alone_get_no_chain_readers(farm, storage):
    private = farm.records(made(), visibility=Visibility.PRIVATE)
    parties = farm.records(made(quantity=41), visibility=Visibility.PARTIES)
    farm.records(shipping(to=storage.pgln))
    assert readers(private) == readers(parties) == set()


def test_a_product_alone_makes_no_chain(farm, storage):
    def sale(quantity):
        return object_event(
            "retail_selling", quantityList=[{"epcClass": f"https://id.gs1.org/01/{GTIN}", "quantity": quantity}]
        )

    first = farm.records(sale(3))
    farm.records(sale(4) | {"destinationList": shipping(to=storage.pgln)["destinationList"]})
    assert readers(first) == set()


def test_who_gets_the_pallet_reads_about_what_is_on_it(farm, storage):
    first = farm.records(made())
    farm.records(packed())
    farm.records(moved(to=storage))
    assert readers(first) == {storage.pk}


def test_who_gets_the_goods_later_reads_about_the_pallet_they_came_on(farm, storage, shop):
    farm.records(made())
    farm.records(packed())
    trip = farm.records(moved(to=storage))
    storage.records(packed("DELETE", time="2025-05-14T15:00:00+02:00"))
    storage.records(shipping(to=shop.pgln, time="2025-05-14T16:00:00+02:00"))
    assert readers(trip) == {storage.pk, shop.pk}


def test_who_uses_the_pallet_afterwards_reads_nothing_about_what_was_on_it(farm, storage, shop):
    first = farm.records(made())
    farm.records(packed())
    farm.records(moved(to=storage))
    storage.records(packed("DELETE", time="2025-05-14T15:00:00+02:00"))
    storage.records(moved(to=shop, time="2025-05-20T12:00:00+02:00"))
    assert readers(first) == {storage.pk}


def test_an_unpacking_of_everything_ends_it_too(farm, storage, shop):
    first = farm.records(made())
    farm.records(packed())
    farm.records(moved(to=storage))
    storage.records(packed("DELETE", lots=(), time="2025-05-14T15:00:00+02:00"))
    storage.records(moved(to=shop, time="2025-05-20T12:00:00+02:00"))
    assert readers(first) == {storage.pk}


def test_goods_that_only_shared_a_pallet_do_not_share_readers(farm, storage, shop):
    other = f"https://id.gs1.org/01/{GTIN}/10/OTHER"
    first = farm.records(made())
    farm.records(made(lot="OTHER"))
    farm.records(packed(lots=(LOT, other)))
    farm.records(moved(to=storage))
    storage.records(packed("DELETE", time="2025-05-14T15:00:00+02:00", lots=(LOT, other)))
    storage.records(shipping(lot="OTHER", to=shop.pgln, time="2025-05-14T16:00:00+02:00"))
    assert readers(first) == {storage.pk}


def test_a_transformation_carries_the_chain_on(farm, storage, shop):
    first = farm.records(made())
    farm.records(shipping(to=storage.pgln))
    jam = f"https://id.gs1.org/01/{GTIN}/10/JAM"
    storage.records(transformed(jam))
    out = storage.records(shipping(lot="JAM", to=shop.pgln, time="2025-05-16T10:00:00+02:00"))
    assert readers(first) == {storage.pk, shop.pk}
    assert readers(out) == {shop.pk, farm.pk}


def transformed(output):
    event = object_event("commissioning", time="2025-05-15T10:00:00+02:00")
    del event["action"]
    return event | {
        "type": "TransformationEvent",
        "inputQuantityList": [{"epcClass": LOT, "quantity": 40}],
        "outputQuantityList": [{"epcClass": output, "quantity": 10}],
    }


def test_a_stranger_cannot_pack_anothers_goods_to_read_about_them(farm, stranger):
    first = farm.records(made())
    stranger.records(packed(into="urn:epc:id:sscc:9506001.1234567890"))
    assert readers(first) == set()
