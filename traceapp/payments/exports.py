"""A statement as a file."""

import csv
from collections.abc import Iterable, Iterator, Mapping

from traceapp.payments.currencies import major
from traceapp.payments.models import Entry
from traceapp.web.spreadsheets import harmless

HEAD = (
    "date",
    "kind",
    "counterparty",
    "counterparty_pgln",
    "reference",
    "currency",
    "amount",
    "balance",
    "transaction",
)


class _Line:
    def write(self, value: str) -> str:
        return value


def statement_csv(lines: Iterable[Entry], names: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """Oldest first, each with the balance after it; amounts in the currency's main unit, with a point."""
    writer = csv.writer(_Line())
    yield writer.writerow(HEAD)
    for one in lines:
        yield writer.writerow(
            [
                one.at.isoformat(),
                one.get_kind_display(),
                harmless(names.get((one.other_msp_id, one.other_pgln), "")),
                one.other_pgln,
                one.reference,
                one.currency,
                major(one.amount, one.currency),
                major(one.balance, one.currency),  # type: ignore[attr-defined]
                one.tx_id,
            ]
        )
