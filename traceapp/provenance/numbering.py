"""Numbers that an organisation gives: the next free SSCC under its company prefix, serial numbers of its products.

Counted under a lock, so that no number is given twice; one that a record names already, from another system, is passed
over. Numbers that were given and never used stay given: GS1 forbids an SSCC to come again within a year.
"""

import secrets
from collections.abc import Callable

from django.db import transaction

from traceapp.accounts.models import Organisation, User
from traceapp.capture.models import GOODS_ROLES, EventKey
from traceapp.epcis import identifiers
from traceapp.epcis.identifiers import check_digit
from traceapp.masterdata.models import Lot
from traceapp.provenance.models import NumberCounter, SerialRun

CHANCE = 10_000
"""Each serial number ends with four digits of chance: who holds one item cannot tell the numbers of others."""
AHEAD = 1000  # numbers looked at beyond those that are asked for


class NoNumbers(ValueError):
    """Why no number can be given; a sentence."""


def next_ssccs(organisation: Organisation, count: int = 1) -> list[str]:
    """So many SSCCs, 18 digits each. NoNumbers."""
    prefix = organisation.company_prefix
    if not prefix:
        raise NoNumbers("Your organisation has no GS1 company prefix here; an administrator can have it entered.")
    room = 17 - len(prefix)  # extension digit and serial reference

    def made(number: int) -> str:
        digits = f"{number:0{room}d}"
        if len(digits) > room:
            raise NoNumbers(f"Under the company prefix {prefix} all SSCCs have been given.")
        body = digits[0] + prefix + digits[1:]
        return body + check_digit(body)

    return _next(organisation, f"sscc {prefix}", count, made, identifiers.sscc)


def give_serials(*, lot: Lot, count: int, user: User | None) -> SerialRun:
    """Serial numbers for so many items of a lot of the organisation's own product."""
    organisation, gtin = lot.product.organisation, lot.product.gtin
    with transaction.atomic():
        serials = _next(
            organisation,
            f"21 {gtin}",
            count,
            lambda number: f"{number}{secrets.randbelow(CHANCE):04d}",
            lambda serial: identifiers.item(gtin, serial),
        )
        return SerialRun.objects.create(organisation=organisation, lot=lot, serials=serials, user=user)


@transaction.atomic
def _next(
    organisation: Organisation, of: str, count: int, made: Callable[[int], str], canonical: Callable[[str], str]
) -> list[str]:
    NumberCounter.objects.get_or_create(organisation=organisation, of=of)
    counter = NumberCounter.objects.select_for_update().get(organisation=organisation, of=of)
    found: list[str] = []
    while len(found) < count:
        numbers = [made(counter.last + step) for step in range(1, min(count - len(found), AHEAD) + 1)]
        counter.last += len(numbers)
        found += _unused(numbers, canonical)
    counter.save(update_fields=["last"])
    return found


def _unused(numbers: list[str], canonical: Callable[[str], str]) -> list[str]:
    """Those that no record names, whoever made it."""
    keys = {number: identifiers.key(canonical(number)) for number in numbers}
    rows = EventKey.objects.filter(key__in=keys.values(), role__in=GOODS_ROLES)
    used = set(rows.values_list("key", flat=True))
    return [number for number in numbers if keys[number] not in used]
