"""Rows by the thousand: plain INSERTs, since model instances and the ORM's SQL cost ten times what the rows do."""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, cast

from django.db import connection, models

Values = Sequence[Sequence[Any]]
_MOST: Final = 500  # rows in a statement


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, new_only: bool = False
) -> None:
    """Insert rows in the order of `columns`. `new_only`: rows that a unique constraint forbids are passed over.

    Only for columns of numbers, texts, bytes, booleans, moments and UUIDs: the last two alone are converted.
    """
    fields = _fields(model, columns)
    values = _adapted(fields, list(rows))
    if not values:
        return
    conflict = " ON CONFLICT DO NOTHING" if new_only else ""
    with connection.cursor() as cursor:
        cursor.executemany(_statement(model, fields, 1) + conflict, values)


def insert_numbered(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    """The same, and the primary keys that the rows were given, in their order."""
    fields = _fields(model, columns)
    values = _adapted(fields, rows)
    page = min(_MOST, (connection.features.max_query_params or _MOST * len(fields)) // len(fields))
    returning = f" RETURNING {connection.ops.quote_name(str(model._meta.pk.column))}"
    numbers: list[int] = []
    with connection.cursor() as cursor:
        for start in range(0, len(values), page):
            part = values[start : start + page]
            cursor.execute(_statement(model, fields, len(part)) + returning, [one for row in part for one in row])
            numbers += [number for (number,) in cursor.fetchall()]
    return numbers


def _fields(model: type[models.Model], columns: Sequence[str]) -> "list[models.Field[Any, Any]]":
    return [cast("models.Field[Any, Any]", model._meta.get_field(column)) for column in columns]


def _statement(model: type[models.Model], fields: "Sequence[models.Field[Any, Any]]", rows: int) -> str:
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES {', '.join([row] * rows)}"  # noqa: S608


def _adapted(fields: "Sequence[models.Field[Any, Any]]", rows: Values) -> Values:
    """Column by column, since most need nothing."""
    adapters = [(at, adapt) for at, field in enumerate(fields) if (adapt := _adapter(field)) is not None]
    if not adapters or not rows:
        return rows
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for at, adapt in adapters:
        columns[at] = [None if value is None else adapt(value) for value in columns[at]]
    return list(zip(*columns, strict=True))


def _adapter(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    if isinstance(field, models.DateTimeField):
        return functools.cache(connection.ops.adapt_datetimefield_value)  # rows of one upload share most moments
    if isinstance(field, models.UUIDField) and not connection.features.has_native_uuid_field:
        return lambda value: value.hex
    return None
