"""CSV files through the one write path: documents of at most 1,000 events, one transaction each, repeatable."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.visibility import Visibility
from traceapp.capture.cells import CellError
from traceapp.capture.csv_columns import RowError, open_text, rows
from traceapp.capture.errors import CaptureRefused
from traceapp.capture.layouts import Draft, Layout
from traceapp.capture.models import Source
from traceapp.capture.naming import Names
from traceapp.capture.services import capture_events
from traceapp.capture.store import CONTEXT
from traceapp.epcis.parse import EpcisError, ParsedEvent, parse_event
from traceapp.ledger.models import Record

AT_ONCE = 1000
_INDEX = re.compile(r"eventList\[([0-9]+)\]\.?(.*)")


@dataclass
class Taken:
    """What became of some rows."""

    rows: int = 0
    stored: int = 0
    repeated: int = 0
    errors: list[RowError] = field(default_factory=list)


def drafts(path: Path, layout: Layout, *, file: str = "") -> Iterator[Draft | RowError]:
    """The rows of a file, read and checked one by one. CsvRefused for a file that is not of this layout."""
    seen: Counter[tuple[str, ...]] = Counter()
    text = open_text(path, latin=layout.latin)
    for row in rows(text, layout.columns, needed=layout.needed, file=file or path.name):
        if isinstance(row, RowError):
            yield row
            continue
        try:
            value = layout.read(row.cells)
        except CellError as error:
            yield RowError(row.line, layout.columns[error.column][0], error.why)
            continue
        what = layout.what(value)
        yield Draft(row.line, value, seen[what])
        seen[what] += 1


class Import:
    """One file on its way in, chunk by chunk."""

    def __init__(
        self,
        *,
        organisation: Organisation,
        member: User | None,
        layout: Layout,
        every: str = "day",
        source: str = Source.IMPORT,
        visibility: int = Visibility.PRIVATE,
    ) -> None:
        self.organisation = organisation
        self.member = member
        self.layout = layout
        self.every = every
        self.source = source
        self.visibility = visibility
        self.names = Names(organisation)

    @property
    def rows_at_once(self) -> int:
        return AT_ONCE // self.layout.most_events

    def take(self, coming: Iterable[Draft | RowError]) -> Iterator[Taken]:
        """Take rows in; after each chunk, what became of it."""
        stream = iter(coming)
        while chunk := list(islice(stream, self.rows_at_once)):
            errors = [one for one in chunk if isinstance(one, RowError)]
            taken = self.take_chunk([one for one in chunk if isinstance(one, Draft)])
            yield Taken(len(chunk), taken.stored, taken.repeated, sorted(errors + taken.errors, key=lambda e: e.line))

    @transaction.atomic
    def take_chunk(self, good: Sequence[Draft]) -> Taken:
        """Rows in one transaction. Those the write path refuses are left out, each with its reason. NoNumbersLeft."""
        taken = Taken(rows=len(good))
        self.names.register(
            products=(self.layout.product(draft.value) for draft in good),
            places=(self.layout.place(draft.value) for draft in good),
        )
        events = list(self._events(good, taken.errors))
        while events:
            try:
                last = Record.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
                records = self._capture([event for _, event in events])
            except CaptureRefused as error:
                bad = _refused(error, events)
                taken.errors += bad
                lines = {one.line for one in bad}
                events = [(line, event) for line, event in events if line not in lines]
            else:
                taken.stored = sum(record.pk > last for record in records)
                taken.repeated = len(records) - taken.stored
                break
        return taken

    def _events(self, good: Iterable[Draft], errors: list[RowError]) -> Iterator[tuple[int, ParsedEvent]]:
        for draft in good:
            try:
                made = self.layout.events(draft, self.every, self.organisation.pgln, self.names)
                parsed = [parse_event(raw, context=CONTEXT) for raw in made]
            except EpcisError as error:
                errors.append(RowError(draft.line, error.path, error.why))
            else:
                yield from ((draft.line, event) for event in parsed)

    def _capture(self, events: Sequence[ParsedEvent]) -> list[Record]:
        return capture_events(
            organisation=self.organisation,
            member=self.member,
            events=events,
            source=self.source,
            visibility=self.visibility,
        )


def _refused(error: CaptureRefused, events: Sequence[tuple[int, Any]]) -> list[RowError]:
    """Refusals by line. One that is about no event in particular is not a row's fault and goes on up."""
    found = [(_INDEX.fullmatch(path), why) for path, why in error.errors]
    if not found or any(match is None for match, _ in found):
        raise error
    return [RowError(events[int(match[1])][0], _column(match[2]), _why(match[2], why)) for match, why in found if match]


def _column(member: str) -> str:
    return {"eventTime": "date", "eventID": ""}.get(member, member)


def _why(member: str, why: str) -> str:
    if member == "eventID":
        return "This was imported before with other values. What is recorded stays: declare it wrong first."
    return why
