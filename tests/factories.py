"""Things tests need, with identifiers that are valid and never repeat."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from traceapp.accounts.models import Membership, Organisation, User
from traceapp.accounts.roles import Role
from traceapp.accounts.tokens import make_token
from traceapp.accounts.visibility import Viewer
from traceapp.epcis.identifiers import check_digit
from traceapp.masterdata.models import Location, Lot, Product

PASSWORD = "correct-horse-battery"


def gln(number: int, prefix: str = "950600") -> str:
    """A valid GLN under `prefix`, by number."""
    body = f"{prefix}{number:0{12 - len(prefix)}d}"
    return body + check_digit(body)


def gtin(number: int, prefix: str = "0950601") -> str:
    """A valid GTIN-14 under `prefix`, by number."""
    body = f"{prefix}{number:0{13 - len(prefix)}d}"
    return body + check_digit(body)


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Firm {n}")
    pgln = factory.Sequence(lambda n: gln(100_000 + n))
    msp_id = factory.Sequence(lambda n: f"Firm{n}MSP")
    company_prefix = factory.Sequence(lambda n: f"9506{n:03d}"[:12])


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        kwargs.setdefault("password", PASSWORD)
        return model_class.objects.create_user(*args, **kwargs)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.SUPPLIER


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    organisation = factory.SubFactory(OrganisationFactory)
    gtin = factory.Sequence(lambda n: gtin(100_000 + n))  # apart from the small numbers that tests choose
    name = factory.Sequence(lambda n: f"Strawberries {n}")


class LotFactory(DjangoModelFactory[Lot]):
    class Meta:
        model = Lot

    product = factory.SubFactory(ProductFactory)
    number = factory.Sequence(lambda n: f"L2405-{n}")


class LocationFactory(DjangoModelFactory[Location]):
    class Meta:
        model = Location

    organisation = factory.SubFactory(OrganisationFactory)
    gln = factory.Sequence(lambda n: gln(100_000 + n, "950602"))
    name = factory.Sequence(lambda n: f"Warehouse {n}")
    city = "Rotterdam"
    country = "Netherlands"
    timezone = "Europe/Amsterdam"


def member(organisation: Organisation | None = None, *roles: str, **user: Any) -> User:
    """A user who holds `roles` (supplier, when none is named) in `organisation`; the password is PASSWORD."""
    organisation = organisation or OrganisationFactory()
    person = UserFactory(**user)
    for role in roles or (Role.SUPPLIER,):
        MembershipFactory(user=person, organisation=organisation, role=role)
    return person


MemberFactory = member


def viewer_for(organisation: Organisation, *roles: str) -> Viewer:
    return Viewer(organisation.pk, frozenset(roles or (Role.SUPPLIER,)))


def api_token(user: User, organisation: Organisation, name: str = "test") -> str:
    """A token in clear, for `HTTP_AUTHORIZATION=f"Bearer {...}"`."""
    return make_token(user=user, organisation=organisation, name=name)[1]
