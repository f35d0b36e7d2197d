"""What an event is about: canonical identifiers by the role they play in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from traceapp.epcis.identifiers import canonical


@dataclass(frozen=True)
class Amount:
    """So much of a class: quantity None is unknown, unit None a count."""

    epc_class: str
    quantity: int | float | None = None
    uom: str | None = None


@dataclass(frozen=True)
class Goods:
    """Canonical identifiers by role; the `..._classes` are lots or products with their quantities."""

    epcs: tuple[str, ...] = ()
    classes: tuple[Amount, ...] = ()
    parent: str | None = None
    children: tuple[str, ...] = ()
    child_classes: tuple[Amount, ...] = ()
    inputs: tuple[str, ...] = ()
    input_classes: tuple[Amount, ...] = ()
    outputs: tuple[str, ...] = ()
    output_classes: tuple[Amount, ...] = ()

    def by_role(self) -> Iterator[tuple[str, str]]:
        """Each role (`epc`, `class`, `parent`, `child`, `input`, `output`) with an identifier, in the event's order."""
        if self.parent is not None:
            yield "parent", self.parent
        for role, epcs, classes, class_role in (
            ("epc", self.epcs, self.classes, "class"),
            ("child", self.children, self.child_classes, "child"),
            ("input", self.inputs, self.input_classes, "input"),
            ("output", self.outputs, self.output_classes, "output"),
        ):
            yield from ((role, epc) for epc in epcs)
            yield from ((class_role, amount.epc_class) for amount in classes)

    def all(self) -> tuple[str, ...]:
        """Every identifier once."""
        return tuple(dict.fromkeys(identifier for _, identifier in self.by_role()))


def goods_of(event: Mapping[str, Any]) -> Goods:
    """The goods of an event in its JSON form, also of one that is disclosed in part."""
    parent = event.get("parentID")
    return Goods(
        epcs=_epcs(event, "epcList"),
        classes=_amounts(event, "quantityList"),
        parent=None if parent is None else canonical(parent),
        children=_epcs(event, "childEPCs"),
        child_classes=_amounts(event, "childQuantityList"),
        inputs=_epcs(event, "inputEPCList"),
        input_classes=_amounts(event, "inputQuantityList"),
        outputs=_epcs(event, "outputEPCList"),
        output_classes=_amounts(event, "outputQuantityList"),
    )


def _epcs(event: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(map(canonical, event.get(name) or ()))


def _amounts(event: Mapping[str, Any], name: str) -> tuple[Amount, ...]:
    return tuple(
        Amount(canonical(one["epcClass"]), one.get("quantity"), one.get("uom")) for one in event.get(name) or ()
    )
