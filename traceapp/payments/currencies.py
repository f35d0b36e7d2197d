"""Amounts as people write them, and as the ledger holds them: whole minor units of an ISO 4217 currency."""

import re
from decimal import Decimal
from typing import Final

from chaincode.traceability.rules.money import CURRENCIES, MAX_AMOUNT

DIGITS: Final = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
"""Minor units of ISO 4217 where they are not two."""

_AMOUNT: Final = re.compile(r"(\d+)(?:\.(\d+))?", re.ASCII)


class AmountError(ValueError):
    """Not an amount of that currency; the message says why."""


def digits(currency: str) -> int:
    return DIGITS.get(currency, 2)


def minor(text: str, currency: str) -> int:
    """`1 234.50` EUR to 123450. Commas group thousands only where a point follows; else they stand for the point."""
    if currency not in CURRENCIES:
        raise AmountError(f"{currency[:10]!r} is no currency in use.")
    plain = _plain(text)
    found = _AMOUNT.fullmatch(plain)
    if not found:
        raise AmountError("Write an amount in digits, such as 1250.00.")
    places = digits(currency)
    if len(found[2] or "") > places:
        what = f"{places} decimals" if places else "no decimals"
        raise AmountError(f"{currency} has {what}.")
    amount = int(Decimal(plain).scaleb(places))
    if not 1 <= amount <= MAX_AMOUNT:
        raise AmountError("The amount must be more than 0." if amount < 1 else "The amount is too large.")
    return amount


def major(amount: int, currency: str) -> str:
    """123450 EUR as `1234.50`, for files that machines read."""
    sign, size, places = "-" if amount < 0 else "", abs(amount), digits(currency)
    if not places:
        return f"{sign}{size}"
    whole, rest = divmod(size, 10**places)
    return f"{sign}{whole}.{rest:0{places}d}"


def _plain(text: str) -> str:
    squeezed = re.sub(r"[\s\u00a0\u202f'’]", "", text)
    if "," in squeezed and "." in squeezed:
        if squeezed.rfind(",") > squeezed.rfind("."):
            raise AmountError("Write the amount with a point before the decimals, such as 1250.00.")
        whole, _, rest = squeezed.partition(".")
        if not re.fullmatch(r"\d{1,3}(,\d{3})+", whole):
            raise AmountError("The commas do not group thousands: write 1250.00.")
        return f"{whole.replace(',', '')}.{rest}"
    if re.fullmatch(r"\d{1,3},\d{3}", squeezed):
        raise AmountError("1,250 can mean two amounts: write 1250.00 or 1.25.")
    return squeezed.replace(",", ".")
