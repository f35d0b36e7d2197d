"""Series of sales that are held in columns: those that `series.py` makes of rows, without a row being made. Pure.

Lines are in the order of what they say (`Sales.by_content`), and sums are added in it: the same to the last bit.
"""

from datetime import date
from itertools import pairwise
from typing import Any, Final

from forecasting.demand.calendar import Every, infer
from forecasting.demand.series import LONGEST, Series, unit_of
from forecasting.reasons import LeftOut, Reason
from forecasting.table import EPOCH, Sales

SHOWN: Final = 8  # dates: where some of a series' dates are neither monthly nor weekly, all are not


def one_unit(sales: Sales) -> tuple[Sales, list[LeftOut]]:
    """As `series.one_unit`."""
    import numpy as np

    sold, sold_in, counts = sales.pairs("product", "unit")
    if (sold[1:] != sold[:-1]).all():
        return sales, []
    product, unit = sales.column("product"), sales.column("unit")
    votes: dict[int, dict[str, int]] = {}
    codes = {sales.word("unit", code): code for code in sold_in.tolist()}
    for of, code, count in zip(sold.tolist(), sold_in.tolist(), counts.tolist(), strict=True):
        votes.setdefault(of, {})[sales.word("unit", code)] = count
    chosen = np.zeros(int(product.max()) + 1, dtype=unit.dtype)
    for of, count in votes.items():
        chosen[of] = codes[unit_of(count)]
    good = unit == chosen[product]
    dropped = [
        LeftOut(Reason.UNIT, row.uid, detail=f"{row.unit or 'pieces'}, not {unit_of(votes[code]) or 'pieces'}")
        for row, code in zip(sales.where(~good), product[~good].tolist(), strict=True)
    ]
    return sales.where(good), dropped


def series_of(sales: Sales) -> tuple[list[Series], list[LeftOut]]:
    """As `series.series_of`."""
    import numpy as np

    sales, old = _recent(sales)
    product, place = sales.column("product"), sales.column("place")
    day, quantity = sales.column("day"), sales.column("quantity")
    open_days = _open_days(place, day, quantity)
    nothing = np.zeros(0, dtype=day.dtype)
    found = []
    for mine in _runs(product, place):
        implied = open_days.get(int(place[mine.start]), nothing)
        found.append(_series(sales[mine], day[mine], quantity[mine], implied))
    return found, old


def _runs(*columns: Any) -> list[slice]:
    """Where lines stand together in which nothing of these columns changes."""
    import numpy as np

    if not len(columns[0]):
        return []
    changes = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return [slice(*ends) for ends in pairwise([0, *(np.flatnonzero(changes) + 1).tolist(), len(columns[0])])]


def _recent(sales: Sales) -> tuple[Sales, list[LeftOut]]:
    day = sales.column("day")
    if not len(day) or day.max() - day.min() <= LONGEST.days:
        return sales, []
    old = day.max() - day > LONGEST.days
    return sales.where(~old), [LeftOut(Reason.OLD, row.uid) for row in sales.where(old)]


def _open_days(place: Any, day: Any, quantity: Any) -> dict[int, Any]:
    """Days with a row by place, of places that write no zeros down."""
    import numpy as np

    silent = ~np.isin(place, np.unique(place[quantity == 0]))
    if not silent.any():
        return {}
    first = int(day.min())
    days = int(day.max()) - first + 1
    both = np.unique(place[silent].astype(np.int64) * days + (day[silent] - first))
    where, when = both // days, both % days + first
    return {int(where[run.start]): when[run] for run in _runs(where)}


def _series(mine: Sales, day: Any, quantity: Any, implied: Any) -> Series:
    """Of one product at one place."""
    import numpy as np

    every = _every(mine, day)
    first = date.fromordinal(int(day[0]))
    position = _numbers(day, every, day[0])
    zeros = _numbers(implied[implied >= day[0]], every, day[0])
    length = max(int(position[-1]), int(zeros[-1]) if len(zeros) else 0) + 1
    known = np.zeros(length, dtype=bool)
    known[position] = known[zeros] = True
    values: list[float | None] = np.bincount(position, weights=quantity, minlength=length).tolist()
    for at in np.flatnonzero(~known).tolist():
        values[at] = None
    promotions = np.zeros(length)
    np.fmax.at(promotions, position, mine.column("promotion"))
    product, place, unit = (mine.word(name, int(mine.column(name)[0])) for name in ("product", "place", "unit"))
    return Series(product, place, every, first, unit, tuple(values), tuple(promotions.tolist()))


def _every(mine: Sales, day: Any) -> Every:
    import numpy as np

    said = {mine.word("period", code) for code in np.unique(mine.column("period")).tolist()} - {""}
    if said in ({"month"}, {"day"}):
        return "month" if said == {"month"} else "day"
    days = np.unique(day)
    few = infer(_dates(days[:SHOWN]))
    return few if few == "day" and len(days) >= SHOWN else infer(_dates(days))


def _dates(days: Any) -> set[date]:
    return set(map(date.fromordinal, days.tolist()))


def _numbers(day: Any, every: Every, start: Any) -> Any:
    """As `calendar.number`, of ordinals."""
    import numpy as np

    if every == "month":
        months = (np.append(day, start).astype(np.int64) - EPOCH).astype("datetime64[D]").astype("datetime64[M]")
        counted = months.astype(np.int64)
        return counted[:-1] - counted[-1]
    return (day - start) // (7 if every == "week" else 1)
