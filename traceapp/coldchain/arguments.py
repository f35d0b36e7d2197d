"""What `record_leg` is sent with: a piece of a leg, the messages that its figures rest on, and where those lie."""

import os
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.db.models import Max, Min

from chaincode.traceability.rules.legs import MAX_BATCHES
from traceapp.coldchain.figuring import Ruler, figures_of
from traceapp.coldchain.models import LedgerLeg, Leg
from traceapp.coldchain.pieces import Piece
from traceapp.coldchain.rules import rule_of
from traceapp.commitments.salted import salted_hash
from traceapp.commitments.times import rfc3339
from traceapp.ledger import calls, roots
from traceapp.ledger.models import Record
from traceapp.ledger.roots import Attested
from traceapp.sensors.models import Message
from traceapp.sensors.summary import COLDEST, HOTTEST

_PAGE: Final = 500


class RecordingError(ValueError):
    """A leg that cannot be recorded yet, or again; the text says why."""


@dataclass(frozen=True)
class Ready:
    """The transaction's argument, and the row that remembers it."""

    argument: dict[str, Any]
    row: LedgerLeg


def ruler_of(leg: Leg, band: tuple[int, int] | None) -> Ruler:
    """By the band of the shipment's terms, or else by the goods' own rule."""
    rule = rule_of(leg)
    low = COLDEST if rule.low is None else round(rule.low * 100)
    high = HOTTEST if rule.high is None else round(rule.high * 100)
    low, high = band or (low, high)
    return Ruler(low, high, rule.max_interval, rule.mkt_window)


def made(leg: Leg, piece: Piece, ruler: Ruler) -> Ready:
    """RecordingError while messages wait for the ledger, or when they do not match it."""
    found, figures = figures_of(leg.device, piece.began, piece.ended, piece.kid, ruler)
    if found.waiting:
        raise RecordingError("Messages of this leg still wait for the ledger. Try again in a moment.")
    if found.findings:
        raise RecordingError("Messages of this leg do not match the ledger. What they said cannot be recorded.")
    where = _batches(found.records)
    if len(where) > MAX_BATCHES:
        return made(leg, _up_to(piece, where), ruler)
    salt, name = os.urandom(16), calls.new_id()
    argument = {
        "id": name,
        "kid": piece.kid,
        "goods": commitment(leg.goods, salt, ruler.interval, ruler.mkt_window),
        "shipment": piece.shipment,
        "from": rfc3339(piece.began),
        "to": rfc3339(piece.ended),
        "seq": sequence_of(found.records) if figures["readings"] else None,
        "batches": _named(where),
        "figures": figures,
    }
    row = LedgerLeg(
        leg=leg, device=leg.device, call_id=name, kid=piece.kid, shipment=piece.shipment, began=piece.began,
        ended=piece.ended, figures=figures, goods_salt=salt, interval=ruler.interval, mkt_window=ruler.mkt_window,
    )  # fmt: skip
    return Ready(argument, row)


def commitment(goods: str, salt: bytes, interval: float, mkt_window: float | None) -> str:
    """How the ledger names the goods, and by which rule figures were worked out: by hash, with a salt that stays here.

    Durations in whole milliseconds; a window that does not apply is null.
    """
    window = None if mkt_window is None else round(mkt_window * 1000)
    return salted_hash(salt.hex(), goods=goods, interval=round(interval * 1000), mktWindow=window)


def plain_commitment(goods: str, salt: bytes) -> str:
    """How earlier legs name them: the goods alone."""
    return salted_hash(salt.hex(), goods=goods)


def _batches(pks: list[int]) -> dict[str, int]:
    """The batches of these messages, each with the first of them, in their order."""
    batch_of: dict[int, str] = {}
    for start in range(0, len(pks), _PAGE):
        page = Record.objects.filter(pk__in=pks[start : start + _PAGE], batch__isnull=False)
        batch_of.update(page.values_list("pk", "batch_id"))
    where: dict[str, int] = {}
    for pk in pks:
        where.setdefault(batch_of[pk], pk)
    return where


def _up_to(piece: Piece, where: dict[str, int]) -> Piece:
    """As much of a piece as a leg can name batches for; the rest is another."""
    over = list(where.values())[MAX_BATCHES]
    first = Message.objects.values_list("first", flat=True).get(pk=over)
    ended = first.replace(microsecond=first.microsecond // 1000 * 1000) - timedelta(milliseconds=1)
    if ended <= piece.began:
        raise RecordingError("More batches hold messages of one moment than a leg can name.")
    return replace(piece, ended=ended)


def batches_of(pks: list[int]) -> list[dict[str, str]]:
    """The batches that these messages were recorded in, with the roots that organisations attest."""
    return _named(_batches(pks))


def _named(where: dict[str, int]) -> list[dict[str, str]]:
    found = roots.attested(where)
    return [{"id": one, "root": of.root.hex()} for one, of in sorted(found.items()) if isinstance(of, Attested)]


def sequence_of(pks: list[int]) -> dict[str, int]:
    """The least and the greatest number of these messages."""
    found: list[int] = []
    for start in range(0, len(pks), _PAGE):
        ends = Message.objects.filter(pk__in=pks[start : start + _PAGE]).aggregate(least=Min("seq"), most=Max("seq"))
        found += [ends["least"], ends["most"]]
    return {"from": min(found), "to": max(found)}
