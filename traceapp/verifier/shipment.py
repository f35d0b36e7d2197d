"""The evidence of a shipment that is paid on delivery: who attests its transactions, what they wrote, and its sums.

Of each transaction steps 3 to 8 of a proof bundle are checked (docs/proof-bundle.md), and of each document that the
latest of them that wrote at its key wrote exactly it. What happened since, no file can show.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from traceapp.commitments.canonical import Json, StrictJsonError, canonical, parse_strict
from traceapp.commitments.salted import salted_hash
from traceapp.verifier import shape
from traceapp.verifier.anchor import attested, read_anchor
from traceapp.verifier.attestation import Evidence
from traceapp.verifier.errors import NotVerified
from traceapp.verifier.shape import ShapeError
from traceapp.verifier.state import written_value
from traceapp.verifier.transaction import Transaction
from traceapp.verifier.trust import Trust

FORMAT: Final = "traceapp-shipment-evidence-1"
LIMIT: Final = 16 * 1024 * 1024
_MEMBERS: Final = ("format", "shipment", "made", "documents", "facts", "statements")
_BESIDE: Final = ("balance", "insurance")  # lines of a sheet that are no part of its sum


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was checked, in words; `detail` says who attests it, or what does not hold."""

    holds: bool
    words: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Attested:
    evidence: Evidence
    transaction: Transaction


def check_shipment(data: bytes, trust: Trust) -> list[Finding]:
    """Everything that was checked, in order. Never raises for what the file holds."""
    try:
        top = shape.members(parse_strict(data[: LIMIT + 1]), "evidence", _MEMBERS)
        if len(data) > LIMIT or top["format"] != FORMAT:
            raise ShapeError(f"format: not {FORMAT!r}, or larger than {LIMIT} bytes")
        return list(_findings(top, trust))
    except (StrictJsonError, ShapeError) as error:
        return [Finding(False, "The file is evidence of a shipment", str(error))]


def _findings(top: Mapping[str, Json], trust: Trust) -> Iterator[Finding]:
    held: list[_Attested] = []
    for number, one in enumerate(shape.items(top["facts"], "facts")):
        yield _fact(one, f"facts[{number}]", trust, held)
    documents = top["documents"]
    if not isinstance(documents, Mapping):
        raise ShapeError("documents: not an object")
    own = shape.text(top["shipment"], "shipment")
    if f"shipment/{own}" not in documents:
        raise ShapeError(f"documents: shipment/{own} is missing")
    for key, document in documents.items():
        yield _document(key, document, held)
    shipment = _object(documents, f"shipment/{own}")
    yield _complete(own, shipment, documents)
    yield _terms(shipment)
    yield from _statements(shape.items(top["statements"], "statements"), documents)
    if f"settlement/{own}" in documents:
        yield _sheet(_object(documents, f"settlement/{own}"), funded=f"escrow/{own}/price" in documents)


def _fact(value: object, path: str, trust: Trust, held: list[_Attested]) -> Finding:
    named = shape.members(value, path, ("what", "key", "txId", "block", "anchor"))
    tx_id, what = shape.text(named["txId"], f"{path}.txId"), shape.text(named["what"], f"{path}.what")
    words = f"Transaction {tx_id[:8]}, called {what[:60]!r}"
    if named["anchor"] is None:
        return Finding(False, words, "nobody attests it in this file: download it again in a while")
    evidence = read_anchor(named["anchor"], f"{path}.anchor")
    try:
        attesting, transaction = attested(evidence, trust)
    except NotVerified as failure:
        return Finding(False, words, f"{failure.reason.words} {failure.detail}")
    if evidence.tx_id != tx_id:
        return Finding(False, words, "it is another transaction that is attested")
    held.append(_Attested(evidence, transaction))
    return Finding(True, words, f"attested by {', '.join(attesting)}")


def _document(key: str, document: Json, held: Sequence[_Attested]) -> Finding:
    words = f"The document {key}"
    written: list[tuple[int, bytes, str]] = []
    for one in held:
        try:
            value = written_value(one.transaction, replace(one.evidence, key=key))
        except NotVerified:
            continue  # that transaction did not write there
        written.append((one.transaction.time, canonical(value), one.evidence.tx_id))
    if not written:
        return Finding(False, words, "none of these transactions wrote it")
    _, latest, tx_id = max(written)
    if latest != canonical(document):
        return Finding(False, words, f"transaction {tx_id[:8]} wrote something else there")
    return Finding(True, words, f"as transaction {tx_id[:8]} wrote it")


def _complete(own: str, shipment: Mapping[str, Json], documents: Mapping[str, Json]) -> Finding:
    """What the shipment itself says that there is."""
    legs = [shape.text(one, "shipment.legs") for one in shape.items(shipment.get("legs"), "shipment.legs")]
    named = [f"leg/{one}" for one in legs] + ([f"settlement/{own}"] if shipment.get("due") == "" else [])
    missing = [key for key in named if key not in documents]
    detail = f"{', '.join(missing)} is left out" if missing else f"{len(documents)} documents"
    return Finding(not missing, "Nothing that it names is left out", detail)


def _terms(shipment: Mapping[str, Json]) -> Finding:
    digest = hashlib.sha256(canonical(shipment.get("terms"))).hexdigest()
    same = digest == shipment.get("termsHash")
    detail = f"SHA-256 {digest[:16]}" if same else "their SHA-256 is not the one that was accepted"
    return Finding(same, "The terms are those that were accepted", detail)


def _statements(said: Sequence[Json], documents: Mapping[str, Json]) -> Iterator[Finding]:
    """Each statement's hash stands in one of the documents."""
    on_ledger = canonical(dict(documents)).decode()
    for number, one in enumerate(said):
        named = shape.members(one, f"statements[{number}]", ("by", "words", "salt", "sha256"))
        words, salt = (shape.text(named[name], f"statements[{number}].{name}") for name in ("words", "salt"))
        digest = salted_hash(salt, words=words)
        holds = digest == named["sha256"] and f'"{digest}"' in on_ledger
        detail = f"SHA-256 {digest[:16]}" if holds else "its SHA-256 is not the one on the ledger"
        yield Finding(holds, f"What {named['by']} said: {words[:60]!r}", detail)


def _sheet(sheet: Mapping[str, Json], *, funded: bool) -> Finding:
    words = "The settlement sheet adds up"
    try:
        lines: list[Any] = shape.items(sheet["lines"], "settlement.lines")
        total = sum(one["amount"] for one in lines if one["term"] not in _BESIDE)
        amounts = {
            n: shape.integer(sheet[n], f"settlement.{n}") for n in ("price", "paidBefore", "toSeller", "toBuyer")
        }
    except (KeyError, TypeError) as error:
        raise ShapeError(f"settlement: {error} is missing or no amount") from error
    paid = amounts["paidBefore"] + amounts["toSeller"] + amounts["toBuyer"]
    holds = total == amounts["toSeller"] and paid == (amounts["price"] if funded else 0)
    return Finding(holds, words, f"{total} to the seller by its lines; {paid} paid of a price of {amounts['price']}")


def _object(documents: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    found = documents[key]
    if not isinstance(found, Mapping):
        raise ShapeError(f"documents.{key}: not an object")
    return found
