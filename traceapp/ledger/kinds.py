"""How each kind's indexes follow from its records. Other rooms register theirs; the audit compares."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from traceapp.ledger.models import Record

Index: TypeAlias = Any
"""Whatever a room derives from one record: any value that can be compared and printed."""


class Kind(Protocol):
    """One room's indexes over one kind of record."""

    @property
    def name(self) -> str:
        """The kind of record: `epcis`, `forecast`, ..."""

    def expected(self, record: Record, body: dict[str, Any]) -> Index:
        """What the indexes must hold for a record with this verified body."""

    def stored(self, pks: Sequence[int]) -> Mapping[int, Index]:
        """What they do hold, by the record's pk; a record without any index is left out."""

    def rebuild(self, record: Record, body: dict[str, Any]) -> None:
        """Make them hold what is expected."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """To be called from the room's `AppConfig.ready`. The last one registered for a name counts."""
    _kinds[kind.name] = kind


def kind_named(name: str) -> Kind | None:
    """The registered kind, if any room keeps indexes over it."""
    return _kinds.get(name)
