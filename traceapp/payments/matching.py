"""What the bank says it paid, against what waits to be paid."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from traceapp.payments.currencies import major
from traceapp.payments.forms import reference_of
from traceapp.payments.iso20022 import Booked
from traceapp.payments.models import Redemption


def match(booked: Sequence[Booked], redemptions: Any) -> tuple[list[tuple[Redemption, str]], list[str]]:
    """Redemptions with the bank's reference, each once, and in sentences what does not fit."""
    ids = [one.end_to_end for one in booked]
    known = {one.redemption_id: one for one in redemptions.filter(redemption_id__in=ids)}
    twice = _twice(booked)
    paid: dict[str, tuple[Redemption, str]] = {}
    troubles: list[str] = []
    for one in booked:
        found = known.get(one.end_to_end)
        trouble = twice.get(one.end_to_end) or _trouble(one, found)
        if trouble:
            troubles.append(trouble)
        elif found is not None and found.state == "requested":
            try:
                paid.setdefault(one.end_to_end, (found, reference_of(one.reference)))
            except ValidationError:
                troubles.append(
                    f"Payment {one.end_to_end}: the bank's reference {one.reference[:40]!r} cannot be kept."
                )
    return list(paid.values()), list(dict.fromkeys(troubles))


def _twice(booked: Sequence[Booked]) -> dict[str, str]:
    """Payments that the file says were paid more than once, each with what to do; the same entry again is none."""
    under: dict[str, list[str]] = {}
    for one in booked:
        under.setdefault(one.end_to_end, []).append(f"{one.reference[:40]} ({major(one.amount, one.currency)})")
    return {
        end_to_end: f"Payment {end_to_end[:40]} stands in the file as paid more than once: {', '.join(each)}. "
        "It is not confirmed: ask the bank which of them holds."
        for end_to_end, all_of in under.items()
        if len(each := list(dict.fromkeys(all_of))) > 1
    }


def _trouble(one: Booked, found: Redemption | None) -> str:
    if found is None:
        return f"Payment {one.end_to_end[:40]} is none of ours."
    if (one.currency, one.amount) != (found.currency, found.amount):
        said = f"{major(one.amount, one.currency)} {one.currency}"
        return (
            f"Payment {one.end_to_end}: the bank paid {said}, and {major(found.amount, found.currency)} "
            f"{found.currency} were asked for. It is not confirmed."
        )
    if found.state == "paid" and one.reference.strip().upper() != found.payment:
        return (
            f"Payment {one.end_to_end} was paid under {found.payment}, and the bank says now that it paid it under "
            f"{one.reference[:40]}: ask the bank."
        )
    return ""
