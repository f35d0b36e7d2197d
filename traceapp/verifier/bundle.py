"""The whole check of a proof bundle: steps 1 and 2 here, the rest in their order, the first failure is the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from traceapp.commitments.canonical import Json, StrictJsonError, canonical, parse_strict
from traceapp.commitments.disclosures import DisclosureError
from traceapp.commitments.tree import TreeError, root_from_path
from traceapp.verifier import report, shape
from traceapp.verifier.anchor import Anchor, attested, read, read_anchor
from traceapp.verifier.attestation import Evidence
from traceapp.verifier.block import check_block
from traceapp.verifier.device import DeviceKey, check_device
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.record import Disclosed, read_parts, read_record
from traceapp.verifier.report import Report
from traceapp.verifier.shape import ShapeError
from traceapp.verifier.state import mismatch
from traceapp.verifier.transaction import Transaction
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
    device: Evidence | None


def check_bundle(data: bytes, trust: Trust) -> Report:
    """Whether the bundle proves its record by this trust. Never raises for what the bundle holds."""
    bundle: Bundle | None = None
    block: int | None = None
    try:
        bundle = read_bundle(data)
        attesting, transaction = attested(bundle.evidence, trust)
        anchor = read(attesting, transaction, bundle.evidence, trust)
        _check_belongs(bundle, anchor)
        block = _block(bundle, transaction, trust)
        device = _device(bundle, transaction, trust)
    except NotVerified as failure:
        return report.refused(failure, bundle.shown if bundle else None, trust, block)
    return report.verified(bundle.shown, anchor, trust, block, device)


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
    device = _device_evidence(top["device"]) if "device" in top else None
    if canonical(value) != data:
        raise ShapeError("bundle: not RFC 8785, it is written differently when written again")
    shown = read_record(disclosures, hidden)
    if device and shown.kind != "sensor":
        raise ShapeError("device: only for a record of kind 'sensor'")
    return Bundle(
        shown=shown,
        size=inclusion.size,
        root=root_from_path(shown.leaf, inclusion.index, inclusion.size, inclusion.path),
        evidence=evidence,
        device=device,
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


def _device_evidence(value: object) -> Evidence:
    named = shape.members(value, "device", ("anchor",), ("inclusion",))
    # the key's document is not one of many in a batch: it stands at a key of its own
    inclusion = _inclusion(named["inclusion"], "device.inclusion") if "inclusion" in named else None
    if inclusion and (inclusion.size != 1 or inclusion.path):
        raise ShapeError("device.inclusion: not of a tree of one")
    evidence = read_anchor(named["anchor"], "device.anchor")
    if evidence.block is not None:
        raise ShapeError("device.anchor.block: a block stands beside the record's own anchor only")
    return evidence


def _block(bundle: Bundle, transaction: Transaction, trust: Trust) -> int | None:
    block = bundle.evidence.block
    return None if block is None else check_block(block, transaction, trust)


def _device(bundle: Bundle, transaction: Transaction, trust: Trust) -> DeviceKey | None:
    if bundle.device is None:
        return None
    return check_device(bundle.device, bundle.shown.record.get("message"), transaction, trust)


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
