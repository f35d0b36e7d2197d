"""Numbers: which survive being committed, and how RFC 8785 writes them.

RFC 8785 writes every number as ECMAScript writes the IEEE 754 double nearest to it. A number whose value the double
keeps is therefore taken however it was written: 3.0 and 3e0 are committed as 3, 0.10 as 0.1, -0 as 0. One whose value
the double changes (0.1000000000000000001, 1e400) is refused rather than committed as something the sender did not say,
and so is a whole number beyond 2^53-1, in any spelling, because readers disagree about those.
"""

from __future__ import annotations

import math
from decimal import Decimal

from traceapp.commitments.values import MAX_INTEGER

_LONGEST_INTEGER = len(str(-MAX_INTEGER))
_LONGEST_DECIMAL = 64
TOO_LARGE = "whole number beyond 9007199254740991 (2^53-1); send it as a string"


def ecmascript(number: float) -> str:
    """The shortest text of a finite double, as ECMAScript and so RFC 8785 section 3.2.2.3 write it."""
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    _, digits_tuple, exponent = Decimal(repr(abs(number))).as_tuple()
    digits = "".join(map(str, digits_tuple))
    # ECMAScript's n: the value is 0.DIGITS times ten to the n.
    n = len(digits) + int(exponent)
    return sign + _place_point(digits.rstrip("0"), n)


def _place_point(digits: str, n: int) -> str:
    k = len(digits)
    if k <= n <= 21:
        return digits + "0" * (n - k)
    if 0 < n <= 21:
        return f"{digits[:n]}.{digits[n:]}"
    if -6 < n <= 0:
        return f"0.{'0' * -n}{digits}"
    mantissa = digits if k == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{n - 1:+d}"


def read_integer(text: str) -> int:
    """A JSON number without fraction or exponent; ValueError beyond 2^53-1."""
    if len(text) <= _LONGEST_INTEGER:
        value = int(text)
        if -MAX_INTEGER <= value <= MAX_INTEGER:
            return value
    raise ValueError(TOO_LARGE)


def read_decimal(text: str) -> int | float:
    """A JSON number with a fraction or an exponent, as an int when it is whole; ValueError if a double changes it."""
    value = float(text)
    if len(text) > _LONGEST_DECIMAL or not math.isfinite(value) or _differs(text, value):
        raise ValueError(f"number {text[:40]} cannot be kept exactly; round it to a double or send it as a string")
    if value.is_integer():
        if abs(value) > MAX_INTEGER:
            raise ValueError(TOO_LARGE)
        return int(value)
    return value


def _differs(text: str, value: float) -> bool:
    shortest = repr(value)
    return text != shortest and Decimal(text) != Decimal(shortest)
