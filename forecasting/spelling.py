"""Sales in columns as canonical JSON, line by line, without a row being made. Pure.

The RFC 8785 bytes of an array are its elements' bytes between commas, so each word, day and number is spelled once.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from forecasting.table import AT_ONCE, WIDTH, Sales
from traceapp.commitments.canonical import Json, canonical

DASHES: Final = (8, 13, 18, 23)  # of a UUID's text


class Spelled(dict[Json, bytes]):
    """Canonical bytes by value. Values that are equal are spelled alike."""

    def __missing__(self, value: Json) -> bytes:
        found = self[value] = canonical(value)
        return found


def spelled(sales: Sales) -> Iterator[bytes]:
    """Of each row what `rows.sale_value` says."""
    words: dict[str, Spelled] = {name: Spelled() for name in ("product", "place", "unit", "period")}
    days: dict[int, bytes] = {}
    for start in range(0, len(sales), AT_ONCE):
        some = sales[start : start + AT_ONCE]
        numbers = Spelled()

        def coded(name: str, some: Sales = some) -> Iterator[bytes]:
            codes = some.column(name).tolist()
            by_code = {code: words[name][some.word(name, code)] for code in set(codes)}
            return map(by_code.__getitem__, codes)

        def number(name: str, some: Sales = some, numbers: Spelled = numbers) -> Iterator[bytes]:
            return map(numbers.__getitem__, some.column(name).tolist())

        day = some.column("day").tolist()
        days.update({one: canonical(date.fromordinal(one).isoformat()) for one in set(day) - days.keys()})
        columns = (_uids(some.column("uid")), number("item"), coded("product"), coded("place"))
        more = (map(days.__getitem__, day), number("quantity"), coded("unit"), number("promotion"), coded("period"))
        for line in map(b",".join, zip(*columns, *more, strict=True)):
            yield b"[" + line + b"]"


def _uids(raw: Any) -> list[bytes]:
    """Rows of 16 bytes as the text of UUIDs, between quotation marks."""
    import numpy as np

    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    text = np.empty((len(raw), 2 * WIDTH + len(DASHES) + 2), dtype=np.uint8)
    text[:, [0, -1]] = ord('"')
    text[:, [1 + at for at in DASHES]] = ord("-")
    places = [1 + at for at in range(2 * WIDTH + len(DASHES)) if at not in DASHES]
    text[:, places[0::2]] = digits[raw >> 4]
    text[:, places[1::2]] = digits[raw & 15]
    found: list[bytes] = text.view(f"S{text.shape[1]}").ravel().tolist()
    return found
