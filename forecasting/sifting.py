"""Of facts in columns those that count: known by a day, not declared wrong by then, the first of their event. Pure."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from uuid import UUID

from forecasting.reasons import LeftOut, Reason
from forecasting.table import Sales, Table

KEPT, REPEATED, ANSWERED, LATER, VOIDED = range(5)
REASONS: Final = {REPEATED: Reason.DUPLICATE, LATER: Reason.LATER, VOIDED: Reason.VOIDED}
Drop = Callable[[LeftOut], None]
Count = Callable[[Reason, int], None]


def sifted(table: Table, until: date | None, drop: Drop, count: Count) -> Sales:
    """Rows that count, in their canonical order.

    `drop` gets each event that does not, once; `count` those that are too many to be named: of another kind.
    """
    import numpy as np

    # The others are no events: they declare one wrong.
    lines = np.flatnonzero(table.column("declared") == 0) if len(table) else np.zeros(0, dtype=np.int64)
    if not len(lines):
        return Sales(table, lines)
    fate = _fates(table, lines, until)
    _left_out(table, lines, fate, drop, count)
    return Sales(table, lines[fate == KEPT]).sorted()


def _fates(table: Table, lines: Any, until: date | None) -> Any:
    import numpy as np

    fate = np.zeros(len(lines), dtype=np.int8)
    void = _void(table, until)
    if len(void):
        fate[np.isin(table.ids("event")[lines], void)] = VOIDED
    if until is not None:
        fate[table.column("known")[lines] > until.toordinal()] = LATER
    fate[table.column("item")[lines] < 0] = ANSWERED
    fate[_repeated(table, lines)] = REPEATED
    return fate


def _repeated(table: Table, lines: Any) -> Any:
    """Whether another fact told a line's event before."""
    import numpy as np

    fact = table.column("fact")[lines]
    halves = table.halves("event", lines)
    order = np.lexsort(halves)  # of one event in the order of lines
    new = np.concatenate(([True], (halves[0][order][1:] != halves[0][order][:-1])))
    new[1:] |= halves[1][order][1:] != halves[1][order][:-1]
    first = order[np.flatnonzero(new)]
    found = np.empty(len(lines), dtype=bool)
    found[order] = fact[order] != fact[first][np.cumsum(new) - 1]
    return found


def _void(table: Table, until: date | None) -> Any:
    """Events that were declared wrong, as far as anybody knew by `until`."""
    declared = table.column("declared")
    found = (declared > 0) if until is None else (declared > 0) & (declared <= until.toordinal())
    return table.ids("event")[found]


def _left_out(table: Table, lines: Any, fate: Any, drop: Drop, count: Count) -> None:
    import numpy as np

    fact = table.column("fact")[lines]
    heads = np.concatenate(([True], fact[1:] != fact[:-1])) & (fate != KEPT)
    reasons = table.column("reason")[lines]
    words = table.words["reason"].all
    if Reason.OTHER in words:
        other = heads & (fate == ANSWERED) & (reasons == words.index(Reason.OTHER))
        count(Reason.OTHER, int(other.sum()))
        heads &= ~other
    uids = table.column("uid")
    for at in np.flatnonzero(heads).tolist():
        line = int(lines[at])
        reason = REASONS.get(int(fate[at])) or Reason(words[reasons[at]])
        batch = table.words["batch"].all[table.whole["batch"][line]]
        uid = str(UUID(bytes=uids[line].tobytes()))
        drop(LeftOut(reason, uid, batch, table.whole["position"][line]))
