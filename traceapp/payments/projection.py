"""Documents of money to rows: each can be made again from its document."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from traceapp.ledger.documents import Content, Projector, Rows, Source
from traceapp.payments import facts
from traceapp.payments.models import Account, Deposit, Entry, Redemption, Row

MINTED: Final = "minted"


def account(key: str, document: Content | None, source: Source) -> None:
    if document is None:
        return
    values = {**_holder(document["holder"]), "opened": _time(document["openedAt"])}
    Account.objects.update_or_create(key=key, defaults=values)


def row(key: str, document: Content | None, source: Source) -> None:
    if document is None:
        Row.objects.filter(key=key).delete()
        return
    values = {
        **_holder(document["holder"]),
        "name": document["name"],
        "currency": document["currency"],
        "amount": document["amount"],
    }
    Row.objects.update_or_create(key=key, defaults=values)


def deposit(key: str, document: Content | None, source: Source) -> None:
    if document is None:
        return
    values = {
        **_holder(document["to"]),
        "bank": document["mspId"],
        "reference": document["id"],
        "currency": document["currency"],
        "amount": document["amount"],
        "state": document["state"],
        "by": document["by"],
        "approved_by": document["approvedBy"],
        "at": _time(document["at"]),
        "block": source.block,
    }
    Deposit.objects.update_or_create(key=key, defaults=values)
    if document["state"] == MINTED:
        _line(
            key,
            document,
            source,
            holder=document["to"],
            kind=Entry.Kind.DEPOSIT,
            amount=document["amount"],
            at="approvedAt",
        )
        told = {"reference": document["id"], "currency": document["currency"], "amount": document["amount"]}
        facts.note(key, "deposit.minted", told, [document["to"]], source)


def transfer(key: str, document: Content | None, source: Source) -> None:
    if document is None:
        return
    payer, payee = document["payer"], document["payee"]
    _line(key, document, source, holder=payer, kind=Entry.Kind.SENT, amount=-document["amount"], other=payee)
    _line(key, document, source, holder=payee, kind=Entry.Kind.RECEIVED, amount=document["amount"], other=payer)


def redemption(key: str, document: Content | None, source: Source) -> None:
    if document is None:
        return
    values = {
        **_holder(document["holder"]),
        "redemption_id": document["id"],
        "currency": document["currency"],
        "amount": document["amount"],
        "instruction": document["instruction"],
        "state": document["state"],
        "payment": document["payment"],
        "at": _time(document["at"]),
        "paid": _time(document["paidAt"]) if document["paidAt"] else None,
        "block": source.block,
    }
    Redemption.objects.update_or_create(key=key, defaults=values)
    if not Entry.objects.filter(key=key).exists():  # the confirmation writes it anew, and moves nothing
        _line(key, document, source, holder=document["holder"], kind=Entry.Kind.PAYOUT, amount=-document["amount"])
    told = {"payout": document["id"], "currency": document["currency"], "amount": document["amount"]}
    told |= {"payment": document["payment"]} if document["paidAt"] else {}
    facts.note(key, "payout.paid" if document["paidAt"] else "payout.requested", told, [document["holder"]], source)


def _line(
    key: str,
    document: Content,
    source: Source,
    *,
    holder: Mapping[str, str],
    kind: str,
    amount: int,
    at: str = "at",
    other: Mapping[str, str] | None = None,
) -> None:
    values: dict[str, Any] = {
        "currency": document["currency"],
        "amount": amount,
        "other_msp_id": other["mspId"] if other else "",
        "other_pgln": other["organisation"] if other else "",
        "at": _time(document[at]),
        "tx_id": source.tx_id,
        "block": source.block,
        "position": source.position,
    }
    whose: dict[str, Any] = _holder(holder)
    Entry.objects.update_or_create(key=key, kind=kind, reference=document["id"], **whose, defaults=values)


def _holder(found: Mapping[str, str]) -> dict[str, str]:
    return {"msp_id": found["mspId"], "pgln": found["organisation"]}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _rows(model: Any, *names: str) -> Rows:
    """What a table holds of each key, for the audit to compare."""

    def rows(keys: Sequence[str]) -> Mapping[str, Any]:
        found: dict[str, list[Any]] = {}
        for key, *values in model.objects.filter(key__in=keys).order_by("pk").values_list("key", *names):
            found.setdefault(key, []).append(tuple(values))
        return found

    return rows


def _both(*of: Rows) -> Rows:
    def rows(keys: Sequence[str]) -> Mapping[str, Any]:
        parts = [one(keys) for one in of]
        return {key: [part.get(key) for part in parts] for key in keys}

    return rows


_HOLDER: Final = ("msp_id", "pgln")
_MONEY: Final = ("currency", "amount")
_ENTRIES: Final = _rows(Entry, *_HOLDER, *_MONEY, "kind", "other_msp_id", "other_pgln", "at", "tx_id", "block")

PROJECTORS: Final[Sequence[tuple[str, Projector, Callable[[Sequence[str]], Mapping[str, Any]]]]] = (
    ("account/", account, _rows(Account, *_HOLDER, "opened")),
    ("row/", row, _rows(Row, *_HOLDER, *_MONEY, "name")),
    ("mint/", deposit, _both(_rows(Deposit, *_HOLDER, *_MONEY, "bank", "state", "by", "approved_by"), _ENTRIES)),
    ("transfer/", transfer, _ENTRIES),
    ("redemption/", redemption, _both(_rows(Redemption, *_HOLDER, *_MONEY, "state", "payment"), _ENTRIES)),
)
