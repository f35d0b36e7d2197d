"""Facts of sales in columns: about a hundred bytes a line, so that ten million of them fit in a gigabyte. Pure.

A line is a row that an event gave; an event that gave none has one line, with its reason. Objects are made of lines as
somebody goes through them, and kept by nobody.
"""

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import eq
from typing import TYPE_CHECKING, Any, Final, overload
from uuid import UUID

from forecasting.demand.series import SaleRow
from forecasting.reasons import Reason

if TYPE_CHECKING:
    from forecasting.facts import Fact

NO_ITEM: Final = -1
WORDS: Final = ("batch", "reason", "product", "place", "unit", "period")
DAYS: Final = ("day", "known", "declared")
"""Ordinals (1 is 1 January of year 1); 0 where there is none."""
EPOCH: Final = date(1970, 1, 1).toordinal()  # from which Arrow and numpy count days
WHOLE: Final = ("fact", "position", "item")
NUMBERS: Final = ("quantity", "promotion")
RAW: Final = ("event", "uid")
WIDTH: Final = 16  # bytes
AT_ONCE: Final = 65_536  # lines that rows are made of at a time


def event_id(key: tuple[str, str]) -> bytes:
    """Who recorded it and its eventID, in 16 bytes."""
    return hashlib.sha256("\x1f".join(key).encode()).digest()[:WIDTH]


class Words:
    """Each word once, by its number."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, word: str) -> int:
        found = self._codes.setdefault(word, len(self.all))
        if found == len(self.all):
            self.all.append(word)
        return found


class Table:
    """Lines in the order in which they were read."""

    def __init__(self) -> None:
        self.words = {name: Words() for name in WORDS}
        self.whole = {name: array("i") for name in (*WORDS, *DAYS, *WHOLE)}
        self.numbers = {name: array("d") for name in NUMBERS}
        self.raw = {name: bytearray() for name in RAW}
        self.facts = 0

    def __len__(self) -> int:
        return len(self.whole["fact"])

    def add(self, fact: "Fact[list[SaleRow]]") -> None:
        """Each row of a fact, or its reason."""
        rows: Sequence[SaleRow | None] = [None] if isinstance(fact.answer, Reason) else fact.answer
        reason = str(fact.answer) if isinstance(fact.answer, Reason) else ""
        event, uid = event_id(fact.event), UUID(fact.uid).bytes
        for row in rows:
            words = (row.product, row.place, row.unit, row.period) if row else ("", "", "", "")
            for name, word in zip(WORDS, (fact.batch_id, reason, *words), strict=True):
                self.whole[name].append(self.words[name].code(word))
            for name, day in zip(DAYS, (row.day if row else None, fact.known, fact.declared), strict=True):
                self.whole[name].append(day.toordinal() if day else 0)
            for name, whole in zip(WHOLE, (self.facts, fact.position, row.item if row else NO_ITEM), strict=True):
                self.whole[name].append(whole)
            self.numbers["quantity"].append(row.quantity if row else 0.0)
            self.numbers["promotion"].append(row.promotion if row else 0.0)
            self.raw["event"] += event
            self.raw["uid"] += uid
        self.facts += 1

    def extend(self, columns: Mapping[str, Any], words: Mapping[str, Sequence[str]]) -> None:
        """Lines as numpy arrays: of words their numbers in `words`. `fact` counts facts, from 0."""
        import numpy as np

        if not len(columns["fact"]):
            return
        for name in WORDS:
            codes = np.array([self.words[name].code(word) for word in words[name]], dtype=np.int32)
            self.whole[name].frombytes(codes[columns[name]].tobytes())
        for name in (*DAYS, "position", "item"):
            self.whole[name].frombytes(columns[name].astype(np.int32).tobytes())
        self.whole["fact"].frombytes((columns["fact"] + self.facts).astype(np.int32).tobytes())
        for name in NUMBERS:
            self.numbers[name].frombytes(columns[name].astype(np.float64).tobytes())
        for name in RAW:
            self.raw[name] += columns[name].tobytes()
        self.facts += int(columns["fact"][-1]) + 1

    def column(self, name: str) -> Any:
        """A numpy view, no copy; nothing can be added while somebody holds one. Raw columns are rows of 16 bytes."""
        import numpy as np

        if name in self.raw:
            return np.frombuffer(self.raw[name], dtype=np.uint8).reshape(-1, WIDTH)
        kind: Any = np.float64 if name in self.numbers else np.int32
        return np.frombuffer(self.numbers[name] if name in self.numbers else self.whole[name], dtype=kind)

    def ids(self, name: str) -> Any:
        """A raw column as values that can be compared and sorted."""
        import numpy as np

        return np.frombuffer(self.raw[name], dtype=f"S{WIDTH}")

    def halves(self, name: str, lines: Any) -> tuple[Any, Any]:
        """The same of these lines as two numbers each, which are sorted faster (in an order of their own)."""
        import numpy as np

        both = np.frombuffer(self.raw[name], dtype=np.uint64).reshape(-1, 2)[lines]
        return both[:, 0], both[:, 1]

    def ranks(self, name: str, lines: Any) -> Any:
        """Numbers in the order of the words of these lines."""
        import numpy as np

        words = self.words[name].all
        rank = np.empty(len(words), dtype=np.int32)
        rank[sorted(range(len(words)), key=words.__getitem__)] = np.arange(len(words), dtype=np.int32)
        return rank[self.column(name)[lines]]


class Sales(Sequence[SaleRow]):
    """Lines of a table as rows, made anew each time that somebody goes through them."""

    def __init__(self, table: Table, lines: Any) -> None:
        self._table, self._lines = table, lines

    def __len__(self) -> int:
        return len(self._lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __getitem__(self, at: int) -> SaleRow: ...
    @overload
    def __getitem__(self, at: slice) -> "Sales": ...
    def __getitem__(self, at: int | slice) -> "SaleRow | Sales":
        if isinstance(at, slice):
            return Sales(self._table, self._lines[at])
        return next(self._rows(self._lines[[at]]))

    def __iter__(self) -> Iterator[SaleRow]:
        for start in range(0, len(self._lines), AT_ONCE):
            yield from self._rows(self._lines[start : start + AT_ONCE])

    @property
    def last(self) -> date | None:
        """The latest day of any; None where there is none."""
        return date.fromordinal(int(self._table.column("day")[self._lines].max())) if len(self) else None

    @property
    def sellers(self) -> set[tuple[str, str]]:
        """Products and places of which there is a row."""
        product, place, _ = self.pairs("product", "place")
        return {
            (self.word("product", one), self.word("place", other))
            for one, other in zip(product.tolist(), place.tolist(), strict=True)
        }

    def pairs(self, one: str, other: str) -> tuple[Any, Any, Any]:
        """Numbers of words that come together in a line, and how often they do, in order of the first."""
        import numpy as np

        many = max(1, len(self._table.words[other].all))
        together, counts = np.unique(self.column(one).astype(np.int64) * many + self.column(other), return_counts=True)
        return together // many, together % many, counts

    def column(self, name: str) -> Any:
        """Of these lines; of words their numbers (`word`)."""
        return self._table.column(name)[self._lines]

    def word(self, name: str, code: int) -> str:
        return self._table.words[name].all[code]

    def where(self, wanted: Any) -> "Sales":
        """Those lines for which the array says so."""
        return Sales(self._table, self._lines[wanted])

    def sorted(self) -> "Sales":
        """By product, place, day, record and item: `rows.sale_order`."""
        return self._in_order("uid", "item")

    def by_content(self) -> "Sales":
        """By what they say: `rows.sale_content`."""
        return self._in_order("quantity", "unit", "promotion", "period", "uid", "item")

    def _in_order(self, *names: str) -> "Sales":
        """By product, place and day; `names` decide between lines of the same, which are few or none mostly."""
        import numpy as np

        key = self._together()
        order = np.argsort(key, kind="stable")
        lines, key = self._lines[order], key[order]
        same = key[1:] == key[:-1]
        tied = np.concatenate(([False], same)) | np.concatenate((same, [False]))
        if same.any():
            some = Sales(self._table, lines[tied])
            keys = [key[tied], *map(some._key, names)]
            lines[tied] = lines[tied][np.lexsort(keys[::-1])]
        return Sales(self._table, lines)

    def _together(self) -> Any:
        """Product, place and day of each line as one number, in their order."""
        import numpy as np

        if not len(self):
            return np.zeros(0, dtype=np.int64)
        day = self._key("day").astype(np.int64)
        day -= day.min()
        places, days = len(self._table.words["place"].all), int(day.max()) + 1
        return (self._key("product").astype(np.int64) * places + self._key("place")) * days + day

    def _key(self, name: str) -> Any:
        if name in WORDS:
            return self._table.ranks(name, self._lines)
        return self._table.ids(name)[self._lines] if name in RAW else self.column(name)

    def _rows(self, lines: Any) -> Iterator[SaleRow]:
        table = self._table
        said = {name: table.column(name)[lines].tolist() for name in (*WORDS[2:], "day", "item", *NUMBERS)}
        product, place, unit, period = (map(table.words[name].all.__getitem__, said[name]) for name in WORDS[2:])
        days = {one: date.fromordinal(one) for one in set(said["day"])}
        day = map(days.__getitem__, said["day"])
        uids = _uids(table.column("uid")[lines].tobytes().hex())
        yield from map(
            SaleRow, uids, said["item"], product, place, day, said["quantity"], unit, said["promotion"], period
        )


def sellers(rows: Sequence[SaleRow]) -> set[tuple[str, str]]:
    """Products and places of which there is a row."""
    return rows.sellers if isinstance(rows, Sales) else {(row.product, row.place) for row in rows}


def _uids(text: str) -> Iterable[str]:
    for at in range(0, len(text), 2 * WIDTH):
        one = text[at : at + 2 * WIDTH]
        yield f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}"
