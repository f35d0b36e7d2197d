"""Bytes that come back as bytes, whatever somebody put into the column behind our back."""

from typing import Any

from django.db import models
from django.db.models.sql.compiler import SQLCompiler


class StoredBytes(models.BinaryField):  # type: ignore[type-arg]
    """A BinaryField for what an intruder may change.

    SQLite keeps a type with each value: `replace(disclosures, ..)` or `||` in its shell leaves text where bytes were,
    and text that is no UTF-8 cannot even be fetched. Reading the column as a blob gives the bytes as they stand, to be
    hashed and named like any other change. Other engines' columns have one type and are read as they are.
    """

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """The column as SELECT names it."""
        return (f"CAST({sql} AS BLOB)" if compiler.connection.vendor == "sqlite" else sql), params

    def deconstruct(self) -> Any:
        """For migrations the column is an ordinary one."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs
