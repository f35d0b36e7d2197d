"""Columns that can be read whatever somebody put into them behind our back.

SQLite keeps a type with each value, so that its shell can leave text where bytes were, or a word where a number was.
Such a row has to be named like any other that was changed; it must not stop the page or the audit that comes upon it.
On other engines a column has one type, and is read as it is.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models.sql.compiler import SQLCompiler


class _Stored(models.Field):  # type: ignore[type-arg]
    """What SELECT says on SQLite instead of the column. For migrations the column is an ordinary one."""

    plain: ClassVar[str]
    on_sqlite: ClassVar[str]

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """The column as SELECT names it."""
        return (self.on_sqlite.format(sql) if compiler.connection.vendor == "sqlite" else sql), params

    def deconstruct(self) -> Any:
        """As Django's own field."""
        name, _, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.plain}", args, kwargs


class StoredBytes(_Stored, models.BinaryField):  # type: ignore[type-arg]
    """The bytes as they stand, also those of text that is no UTF-8 (after `replace(..)` or `||` in the shell)."""

    plain = "BinaryField"
    on_sqlite = "CAST({0} AS BLOB)"


class StoredUuid(_Stored, models.UUIDField):  # type: ignore[type-arg]
    """A UUID; the nil UUID for what is none."""

    plain = "UUIDField"
    on_sqlite = (
        "CASE WHEN typeof({0}) = 'text' AND length({0}) = 32 AND {0} NOT GLOB '*[^0-9a-f]*' THEN {0}"
        " ELSE '00000000000000000000000000000000' END"
    )


class StoredTime(_Stored, models.DateTimeField):  # type: ignore[type-arg]
    """A point in time; the first one there is for what is none (SQLite's `date` moves 31 February on to March)."""

    plain = "DateTimeField"
    on_sqlite = (
        "CASE WHEN typeof({0}) = 'text' AND substr({0}, 1, 19) = strftime('%%Y-%%m-%%d %%H:%%M:%%S', {0}, '+0 days')"
        " THEN {0} ELSE '0001-01-01 00:00:00' END"
    )


class StoredCount(_Stored, models.PositiveIntegerField):  # type: ignore[type-arg]
    """A number; NULL for what is none."""

    plain = "PositiveIntegerField"
    on_sqlite = "CASE WHEN typeof({0}) = 'integer' THEN {0} END"
