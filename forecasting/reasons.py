"""Why a row was not learnt from, in words, and what to do about it. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    PENDING = "pending"
    MISMATCH = "mismatch"
    MISSING = "missing"
    REJECTED = "rejected"
    VOIDED = "voided"
    DUPLICATE = "duplicate"
    HIDDEN = "hidden"
    INCOMPLETE = "incomplete"
    UNIT = "unit"
    LATER = "later"
    OPEN = "open"
    SHORT = "short"
    OLD = "old"
    OTHER = "other"

    @property
    def words(self) -> str:
        return WORDS[self][0]

    @property
    def advice(self) -> str:
        return WORDS[self][1]


WORDS = {
    Reason.PENDING: ("Not on the ledger yet", "Nothing. They count in the next run."),
    Reason.MISMATCH: ("Does not match the ledger", "See the finding on the ledger page."),
    Reason.MISSING: ("On the ledger, but no longer stored", "Restore the row from a backup."),
    Reason.REJECTED: ("Refused by the ledger", "See the reason at the record."),
    Reason.VOIDED: ("Declared wrong by its sender", "Nothing. The correction is used instead."),
    Reason.DUPLICATE: ("The same event logged twice", "Nothing. It counts once."),
    Reason.HIDDEN: ("Fields you may not see", "Ask its sender to share quantities with you."),
    Reason.INCOMPLETE: ("Product, place, quantity or date missing", "Correct the event."),
    Reason.UNIT: ("Unit of measure differs from the product's others", "Correct the unit."),
    Reason.LATER: ("Happened, or was recorded, after the date asked for", "Nothing. They count in a later run."),
    Reason.OPEN: ("Not received yet", "Nothing. It is forecast instead."),
    Reason.SHORT: ("Too few periods to learn from", "Wait for more sales."),
    Reason.OLD: ("More than twenty years before the latest sale", "Correct the date, if it was mistyped."),
    Reason.OTHER: ("Another kind of event", "Nothing."),
}
# Counted but not listed row by row: nothing is wrong with them and there may be a hundred thousand.
UNLISTED = frozenset({Reason.OTHER})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One row that was not learnt from. Without a uid it stands on the ledger at a batch's position only."""

    reason: Reason
    uid: str | None = None
    batch_id: str | None = None
    position: int | None = None
    detail: str = ""
