"""Rows of derived tables by the thousand: plain INSERTs, since model instances cost ten times what the rows do."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import connection, models


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, new_only: bool = False
) -> None:
    """Insert rows in the order of `columns`. `new_only`: rows that a unique constraint forbids are passed over.

    Only for columns of numbers, texts, booleans and moments, which need no conversion by their field but this one.
    """
    fields = [cast("models.Field[Any, Any]", model._meta.get_field(column)) for column in columns]
    values = list(rows)
    if not values:
        return
    # Most rows by far have no moments, so that looking at each value would cost more than the insert.
    if any(isinstance(field, models.DateTimeField) for field in fields):
        adapt = connection.ops.adapt_datetimefield_value
        values = [[adapt(value) if isinstance(value, datetime) else value for value in row] for row in values]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(columns))
    conflict = " ON CONFLICT DO NOTHING" if new_only else ""
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places}){conflict}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
