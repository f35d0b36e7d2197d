"""Look-ups that a page repeats hundreds of times a second: written by the ORM once, run with other values.

Turning a queryset into SQL costs several times what SQLite needs to answer it. So the text is kept by the query's name
and the number of its values; lists are filled up by repeating their last value, so that few lengths are ever met.
Answers are the driver's own: no conversion of dates, UUIDs or decimals.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

Make = Callable[..., "QuerySet[Any, Any]"]
Shape = tuple[tuple[int, bool], ...]  # of each list: its length, and whether it holds text
Compiled = tuple[str, tuple[Any, ...], list[int]]  # SQL, its parameters, and where among them the lists' values go
_FIRST_MARK: Final = -7_000_000_000_000_000  # no id, position or key anyone has
_MOST: Final = 512
_kept: dict[tuple[Hashable, Shape], Compiled] = {}


def rows(name: Hashable, make: Make, *lists: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What `make(*lists)` selects, as tuples. `name` stands for the query: equal names must mean equal queries.

    `make` builds a `values_list` query that uses every value of its lists as a parameter, whatever the values are.
    No list may be empty.
    """
    filled = [_filled(values) for values in lists]
    shape = tuple((len(values), isinstance(values[0], str)) for values in filled)
    known = _kept.get((name, shape))
    if known is None:
        if len(_kept) >= _MOST:
            _kept.clear()
        known = _kept[name, shape] = _compiled(make, shape)
    sql, parameters, places = known
    given = list(parameters)
    for place, value in zip(places, (value for values in filled for value in values), strict=True):
        given[place] = value
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _filled(values: Sequence[Any]) -> list[Any]:
    """As long as the next power of two; asking twice for one value changes no answer."""
    ordered = list(values)
    return ordered + ordered[-1:] * ((1 << (len(ordered) - 1).bit_length()) - len(ordered))


def _compiled(make: Make, shape: Shape) -> Compiled:
    """The query written once, with marks in place of values."""
    marks: list[list[Any]] = []
    mark = _FIRST_MARK
    for length, is_text in shape:
        marks.append([str(mark - n) if is_text else mark - n for n in range(length)])
        mark -= length
    sql, parameters = make(*marks).query.sql_with_params()
    return sql, parameters, [parameters.index(one) for each in marks for one in each]
