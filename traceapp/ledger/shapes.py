"""Put a record together quickly: records of the same pointers have the same shape, and a shape is worked out once.

Gives what `commitments.disclosures.assemble` gives, for disclosures whose digests are checked already.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Final, TypeAlias

import msgspec

from traceapp.commitments.pointers import DisclosureError, put_together

_decode = msgspec.json.Decoder(list[tuple[str, str, Any]]).decode
_Build: TypeAlias = Callable[[Sequence[Any]], Any]
_shapes: dict[tuple[str, ...], _Build] = {}
_REMEMBERED: Final = 5_000


def opened(stored: bytes) -> dict[str, Any]:
    """The record in packed disclosures. DisclosureError for what is none, or for pointers that clash."""
    try:
        parts = _decode(b"[%b]" % stored.replace(b"\n", b","))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DisclosureError(f"not a disclosure: {error}") from None
    if len(parts) != stored.count(b"\n") + 1:
        raise DisclosureError("a disclosure is more or less than one array")
    _, pointers, values = zip(*parts, strict=True)
    build = _shapes.get(pointers)
    if build is None:
        if len(_shapes) >= _REMEMBERED:
            _shapes.clear()
        build = _shapes[pointers] = _shape(pointers)
    record: dict[str, Any] = build(values)
    return record


class _Place(int):
    """Where a value stands among the disclosures, told apart from any value."""


def _shape(pointers: Sequence[str]) -> _Build:
    return _builder(put_together([(pointer, _Place(at)) for at, pointer in enumerate(pointers)]))


def _builder(plan: Any) -> _Build:
    if isinstance(plan, _Place):
        return itemgetter(int(plan))
    if isinstance(plan, list):
        parts = [_builder(part) for part in plan]
        return lambda values: [part(values) for part in parts]
    plain = {name: int(part) for name, part in plan.items() if isinstance(part, _Place)}
    nested = [(name, _builder(part)) for name, part in plan.items() if not isinstance(part, _Place)]
    names, pick = tuple(plain), _picker(list(plain.values()))

    def build(values: Sequence[Any]) -> dict[str, Any]:
        made = dict(zip(names, pick(values), strict=True))
        for name, part in nested:
            made[name] = part(values)
        return made

    return build


def _picker(places: list[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple(values[at] for at in places)
