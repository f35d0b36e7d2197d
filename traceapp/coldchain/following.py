"""A walk over rows in the order of their keys, each once, however late its transaction commits.

A key is drawn before its transaction ends, so a row may appear behind a newer one. Rows are therefore looked for again
as long as such a transaction may last, and those that were seen are remembered meanwhile.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from traceapp.coldchain.models import Follower

LASTS: Final = timedelta(minutes=2)  # no transaction that stores records lasts longer
MOST: Final = 20_000  # rows a round


def fresh(name: str, rows: "QuerySet[Any, int]") -> tuple[Follower, list[int]]:
    """The keys of rows that were not seen yet, oldest first; `rows` are keys, in order. `seen` ends the round."""
    follower, _ = Follower.objects.get_or_create(pk=name)
    known = set(follower.seen)
    found = [key for key in rows[: MOST + len(known)] if key not in known]
    return follower, found[:MOST]


def since(name: str) -> int:
    """The key after which rows may be new."""
    return Follower.objects.filter(pk=name).values_list("record", flat=True).first() or 0


def seen(follower: Follower, keys: list[int], now: datetime) -> None:
    """Note that these were dealt with."""
    remembered = {*follower.seen, *keys}
    if follower.marked is None or now - follower.marked >= LASTS:
        follower.record = max(follower.record, follower.mark)
        follower.mark, follower.marked = max(remembered, default=follower.mark), now
    follower.seen = sorted(key for key in remembered if key > follower.record)
    follower.save()
