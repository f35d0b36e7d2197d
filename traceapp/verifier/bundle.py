"""The whole check of a proof bundle: steps 1 and 2 here, the rest in their order, the first failure is the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from traceapp.commitments.canonical import Json, StrictJsonError, canonical, parse_strict
from traceapp.commitments.disclosures import DisclosureError
from traceapp.commitments.tree import TreeError, root_from_path
from traceapp.verifier import report, shape
from traceapp.verifier.anchor import Anchor, check, read_anchor
from traceapp.verifier.attestation import Evidence
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.record import Disclosed, read_parts, read_record
from traceapp.verifier.report import Report
from traceapp.verifier.shape import ShapeError
from traceapp.verifier.state import mismatch
from traceapp.verifier.trust import Trust

FORMAT: Final = "traceapp-proof/1"
LIMIT: Final = 1024 * 1024
BRACKETS: Final = LIMIT // 8
_TREE_END: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A leaf's place in its tree and the hashes beside its way to the root."""

    index: int
    size: int
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that passed step 1, and the root that its record leads to (step 2)."""

    shown: Disclosed
    size: int
    root: bytes
    evidence: Evidence
    not_checked: tuple[str, ...]


def check_bundle(data: bytes, trust: Trust) -> Report:
    """Whether the bundle proves its record by this trust. Never raises for what the bundle holds."""
    bundle: Bundle | None = None
    try:
        bundle = read_bundle(data)
        anchor = check(bundle.evidence, trust)
        _check_belongs(bundle, anchor)
    except NotVerified as failure:
        return report.refused(failure, bundle.shown if bundle else None, trust)
    return report.verified(bundle.shown, anchor, trust, bundle.not_checked)


def read_bundle(data: bytes) -> Bundle:
    """Steps 1 and 2; raises NotVerified `malformed` or `incomplete`."""
    if len(data) > LIMIT:
        raise _malformed(f"larger than {LIMIT} bytes")
    # Reading half a million lists takes longer than an answer may; no record has one in every eight bytes.
    if data.count(b"[") + data.count(b"{") > BRACKETS:
        raise _malformed(f"more than {BRACKETS} lists and objects")
    try:
        return _bundle(parse_strict(data), data)
    except (StrictJsonError, ShapeError, DisclosureError, TreeError) as error:
        raise _malformed(str(error)) from error


def _bundle(value: Json, data: bytes) -> Bundle:
    # the outer shape first: a hostile file of another shape is not worth writing again
    top = shape.members(value, "bundle", ("format", "record", "inclusion", "anchor"), ("device",))
    if top["format"] != FORMAT:
        raise ShapeError(f"format: not {FORMAT!r}")
    inclusion = _inclusion(top["inclusion"], "inclusion")
    evidence = read_anchor(top["anchor"], "anchor")
    disclosures, hidden = read_parts(top["record"])
    if "device" in top:
        _check_device(top["device"])
    if canonical(value) != data:
        raise ShapeError("bundle: not RFC 8785, it is written differently when written again")
    shown = read_record(disclosures, hidden)
    if "device" in top and shown.kind != "sensor":
        raise ShapeError("device: only for a record of kind 'sensor'")
    return Bundle(
        shown=shown,
        size=inclusion.size,
        root=root_from_path(shown.leaf, inclusion.index, inclusion.size, inclusion.path),
        evidence=evidence,
        not_checked=_not_checked(top["anchor"], shown.kind),
    )


def _inclusion(value: object, path: str) -> Inclusion:
    named = shape.members(value, path, ("index", "size", "path"))
    index, size = shape.integer(named["index"], f"{path}.index"), shape.integer(named["size"], f"{path}.size")
    if not 0 <= index < size < _TREE_END:
        raise ShapeError(f"{path}: no leaf {index} in a tree of {size}")
    hashes = shape.items(named["path"], f"{path}.path")
    # a tree of this size is 31 levels high, so that a longer list need not be read
    if len(hashes) > _TREE_END.bit_length():
        raise ShapeError(f"{path}.path: too long")
    return Inclusion(index, size, [shape.hexadecimal(one, f"{path}.path[{n}]", 32) for n, one in enumerate(hashes)])


def _check_device(value: object) -> None:
    named = shape.members(value, "device", ("anchor",), ("inclusion",))
    read_anchor(named["anchor"], "device.anchor")
    if "inclusion" in named:
        _inclusion(named["inclusion"], "device.inclusion")


def _not_checked(anchor: Json, kind: str) -> tuple[str, ...]:
    """What steps 10 and 11 would look at; the answer says that they were not taken."""
    notes = [report.BLOCK_NOT_CHECKED] if isinstance(anchor, dict) and "block" in anchor else []
    return (*notes, report.DEVICE_KEY_NOT_CHECKED) if kind == "sensor" else tuple(notes)


def _check_belongs(bundle: Bundle, anchor: Anchor) -> None:
    """Step 9: the record leads to what the ledger holds, and the organisation that it names put it there."""
    if anchor.kind != bundle.shown.kind:
        raise mismatch("the batch on the ledger is of another kind")
    if anchor.root != bundle.root:
        raise mismatch("the record does not lead to the root on the ledger")
    if anchor.size != bundle.size:
        raise mismatch("the batch on the ledger has another size")
    if anchor.organisation != bundle.shown.recorded_by:
        raise mismatch("another organisation than the record names put it on the ledger")


def _malformed(detail: str) -> NotVerified:
    return NotVerified(Reason.MALFORMED, 1, detail)
