"""Which lengths of GS1 company prefixes are known here, and how the table is kept up to date.

Asked in this order: the prefixes of our own organisations, the list that an operator took in, the one that came along.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from traceapp.accounts.models import Organisation
from traceapp.epcis.company_prefix import LengthOf, PrefixTable, built_in, first_known, read_table, write_table


def length_of() -> LengthOf:
    """What `epcis.urn_writer.to_urn` asks. One query; take it once for many identifiers."""
    prefixes = Organisation.objects.exclude(company_prefix="").values_list("company_prefix", flat=True)
    own = PrefixTable({prefix: len(prefix) for prefix in prefixes})
    return first_known([own.length_of, taken_in().length_of, built_in])


def taken_in() -> PrefixTable:
    """The list of the last `company_prefixes update`; empty before the first."""
    path: Path = settings.COMPANY_PREFIXES_PATH
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return PrefixTable({})
    return _read(path, changed)


def take_in(text: str) -> PrefixTable:
    """Replace the list by this one, whole or not at all. TableError says what is wrong with it."""
    table = read_table(text)
    path: Path = settings.COMPANY_PREFIXES_PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(write_table(table))
    beside.replace(path)
    return table


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> PrefixTable:
    return read_table(path.read_text())
