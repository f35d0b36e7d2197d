"""Master data in an EPCIS header: vocabularies of places, products and parties, each entry with its attributes."""

from __future__ import annotations

from traceapp.epcis import checks
from traceapp.epcis.checks import FINE, Check, Faults, array, record
from traceapp.epcis.context import Prefixes


def _value(value: object, prefixes: Prefixes) -> Faults:
    """What an attribute says: text, a number, or elements of an extension."""
    return checks.extension(value, prefixes) if isinstance(value, dict | list) else FINE


vocabulary_list: Check = array(
    record(
        {
            "type": checks.uri,
            "vocabularyElementList": array(
                record(
                    {
                        "id": checks.uri,
                        "attributes": array(record({"id": checks.uri, "attribute": _value}, ["id"], extensible=True)),
                        "children": array(checks.uri),
                    },
                    ["id"],
                    extensible=True,
                )
            ),
        },
        ["type"],
        extensible=True,
    )
)
master_data: Check = record({"vocabularyList": vocabulary_list}, extensible=True)
