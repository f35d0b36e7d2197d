"""Whose a code is: who may say where it leads."""

from traceapp.accounts.models import Organisation
from traceapp.epcis.digital_link import DigitalLink
from traceapp.masterdata.models import Location, Product

_PREFIX_STARTS = {"01": 1, "8006": 1, "00": 1, "8003": 1}


def owner_of(link: DigitalLink) -> int | None:
    """The organisation, as primary key, that a key belongs to; None for a key of nobody here.

    By its master data where there are any, else by the longest GS1 company prefix that the key begins with.
    """
    return _registered_owner(link) or _prefix_owner(link)


def _registered_owner(link: DigitalLink) -> int | None:
    if link.gtin:
        return Product.objects.filter(gtin=link.gtin).values_list("organisation_id", flat=True).first()
    if link.primary == "414":
        return Location.objects.filter(gln=link.value).values_list("organisation_id", flat=True).first()
    if link.primary == "417":
        return Organisation.objects.filter(pgln=link.value).values_list("pk", flat=True).first()
    return None


def _prefix_owner(link: DigitalLink) -> int | None:
    digits = link.value[_PREFIX_STARTS.get(link.primary, 0) :]
    held = Organisation.objects.exclude(company_prefix="").values_list("pk", "company_prefix")
    fitting = [(len(prefix), pk) for pk, prefix in held if digits.startswith(prefix)]
    if not fitting:
        return None
    longest = max(fitting)[0]
    owners = {pk for length, pk in fitting if length == longest}
    return owners.pop() if len(owners) == 1 else None  # two who claim one prefix: neither decides
