"""What one verified event says to a training: rows, or why there are none. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from forecasting.delay.pairs import Leg, leg_of
from forecasting.demand.sales import sale_rows
from forecasting.demand.series import SaleRow
from forecasting.events import declared_on, is_declaration, recorded_on
from forecasting.reasons import LeftOut, Reason
from traceapp.ledger.rows import VerifiedRecord

T = TypeVar("T")
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """`event`: who recorded it and its eventID; `declared`: it declares that event wrong, as of this day;

    `answer`: what it says, else why it says nothing; `known`: the day from which that was known, None for always.
    """

    event: Key
    uid: str
    batch_id: str
    position: int
    answer: T | Reason
    known: date | None = None
    declared: date | None = None

    def out(self, reason: Reason) -> LeftOut:
        return LeftOut(reason, self.uid, self.batch_id, self.position)


def key_of(record: VerifiedRecord) -> Key:
    return record.recorded_by, str(record.body["event"].get("eventID"))


def declaration_of(record: VerifiedRecord) -> Fact[Any] | None:
    """The fact that another event was wrong; None for any other event."""
    event = record.body["event"]
    if not is_declaration(event):
        return None
    where = key_of(record), str(record.uid), record.batch_id, record.position
    return Fact(*where, Reason.OTHER, declared=declared_on(event))


def delivery_fact(record: VerifiedRecord) -> Fact[Leg]:
    """A plan or an outcome, known from the day that it says."""
    if (declaration := declaration_of(record)) is not None:
        return declaration
    answer = leg_of(str(record.uid), record.body)
    known = None if isinstance(answer, Reason) else answer.known
    return Fact(key_of(record), str(record.uid), record.batch_id, record.position, answer, known)


def sales_fact(record: VerifiedRecord, measure: str) -> Fact[list[SaleRow]]:
    """Known from the day of the sale, or from the day on which an import says it was written down."""
    if (declaration := declaration_of(record)) is not None:
        return declaration
    uid = str(record.uid)
    answer = sale_rows(uid, record.body, measure)
    where = key_of(record), uid, record.batch_id, record.position
    if isinstance(answer, Reason):
        return Fact(*where, answer)
    return Fact(*where, answer, max(answer[0].day, recorded_on(record.body) or date.min))
