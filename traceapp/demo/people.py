"""Organisations, members, products, lots and places of the demo, made once."""

from django.db import transaction

from traceapp.accounts.models import Membership, Organisation, User
from traceapp.accounts.visibility import Visibility
from traceapp.demo.consortium import BANK, FIRMS, GOODS, PLACES
from traceapp.demo.lots import DemoLot
from traceapp.masterdata.models import Location, Lot, Product


@transaction.atomic
def make_people(password: str) -> None:
    """Every firm with its members; anybody already there is left alone."""
    for firm in (*FIRMS.values(), BANK):
        organisation, _ = Organisation.objects.get_or_create(
            pgln=firm.pgln,
            defaults={
                "name": firm.name,
                "msp_id": firm.msp_id,
                "company_prefix": firm.prefix,
                "default_visibility": Visibility.PUBLIC,
            },
        )
        for person in firm.people:
            first, last = person.name.split(" ", 1)
            user = User.objects.filter(email=person.email).first() or User.objects.create_user(
                person.email, password, first_name=first, last_name=last
            )
            for role in person.roles:
                Membership.objects.get_or_create(user=user, organisation=organisation, role=role)


@transaction.atomic
def make_master_data(lots: list[DemoLot]) -> None:
    """Products, places and lots, each owned by its firm."""
    owners = {organisation.pgln: organisation for organisation in Organisation.objects.all()}
    for place in PLACES.values():
        Location.objects.get_or_create(
            gln=place.gln,
            defaults={
                "organisation": owners[FIRMS[place.firm].pgln],
                "name": place.name,
                "city": place.city,
                "country": place.country,
                "latitude": place.latitude,
                "longitude": place.longitude,
                "timezone": place.timezone,
            },
        )
    products = {}
    for good in GOODS:
        firm = FIRMS[good.firm]
        products[good], _ = Product.objects.get_or_create(
            gtin=good.gtin,
            defaults={
                "organisation": owners[firm.pgln],
                "name": good.name,
                "brand": firm.name,
                "origin": good.origin,
                "allergens": good.allergens,
                "storage_min_c": good.keep[0],
                "storage_max_c": good.keep[1],
            },
        )
    rows = [Lot(product=products[lot.good], number=lot.number, best_before=lot.best_before) for lot in lots]
    Lot.objects.bulk_create(rows, ignore_conflicts=True)
