"""Amounts as people write them, and as the ledger holds them: whole minor units of an ISO 4217 currency."""

import re
from decimal import Decimal
from typing import Final

from chaincode.traceability.rules.money import CURRENCIES, MAX_AMOUNT, minor_units

_AMOUNT: Final = re.compile(r"(\d+)(?:\.(\d+))?", re.ASCII)


class AmountError(ValueError):
    """Not an amount of that currency; the message says why."""


def minor(text: str, currency: str) -> int:
    """`1 234.50` EUR to 123450. Commas group thousands only where a point follows; else they stand for the point."""
    if currency not in CURRENCIES:
        raise AmountError(f"{currency[:10]!r} is no currency in use.")
    places = minor_units(currency)
    example = major(1250 * 10**places, currency)
    plain = _plain(text, example)
    found = _AMOUNT.fullmatch(plain)
    if not found:
        raise AmountError(f"Write an amount in digits, such as {example}.")
    if len(found[2] or "") > places:
        what = f"{places} decimals" if places else "no decimals"
        raise AmountError(f"{currency} has {what}.")
    amount = int(Decimal(plain).scaleb(places))
    if not 1 <= amount <= MAX_AMOUNT:
        raise AmountError("The amount must be more than 0." if amount < 1 else "The amount is too large.")
    return amount


def major(amount: int, currency: str) -> str:
    """123450 EUR as `1234.50`, for files that machines read."""
    sign, size, places = "-" if amount < 0 else "", abs(amount), minor_units(currency)
    if not places:
        return f"{sign}{size}"
    whole, rest = divmod(size, 10**places)
    return f"{sign}{whole}.{rest:0{places}d}"


def _plain(text: str, example: str) -> str:
    """Digits and a point. `example`: how an amount of the currency is written."""
    squeezed = re.sub(r"[\s\u00a0\u202f'’]", "", text)
    if "." not in example and re.fullmatch(r"\d{1,3}(,\d{3})+", squeezed):
        return squeezed.replace(",", "")  # no decimals: commas can only group thousands
    if "," in squeezed and "." in squeezed:
        if squeezed.rfind(",") > squeezed.rfind("."):
            raise AmountError(f"Write the amount with a point before the decimals, such as {example}.")
        whole, _, rest = squeezed.partition(".")
        if not re.fullmatch(r"\d{1,3}(,\d{3})+", whole):
            raise AmountError(f"The commas do not group thousands: write {example}.")
        return f"{whole.replace(',', '')}.{rest}"
    if re.fullmatch(r"\d{1,3},\d{3}", squeezed):
        raise AmountError(
            f"{squeezed} can mean two amounts: write {squeezed.replace(',', '')} or {squeezed.replace(',', '.')}."
        )
    return squeezed.replace(",", ".")
