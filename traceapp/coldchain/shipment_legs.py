"""What a shipment's page tells of its legs: what each measured, and whether somebody says that it is wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Viewer
from traceapp.coldchain import challenging, ledger_words, selectors
from traceapp.coldchain.models import LedgerLeg
from traceapp.ledger import documents


@dataclass(frozen=True)
class ToldLeg:
    """A leg on the ledger in words. `page`: the uid of its page, where the viewer may see it. `challenge`: by whom,
    for which reason and when. `may_challenge`: whether this organisation can now.
    """

    id: str
    giai: str
    began: datetime
    ended: datetime
    facts: list[dict[str, Any]]
    page: str
    challenge: dict[str, Any] | None
    may_challenge: bool
    until: datetime


def told(viewer: Viewer, here: Organisation, ids: list[str]) -> list[ToldLeg]:
    """In order of time."""
    held = documents.many([f"leg/{one}" for one in ids]).values()
    visible = LedgerLeg.objects.filter(call_id__in=ids, leg__in=selectors.legs_for(viewer))
    pages = {call_id: str(uid) for call_id, uid in visible.values_list("call_id", "leg__uid")}
    return sorted((_told(one, here, pages) for one in held), key=lambda one: (one.began, one.id))


def _told(held: dict[str, Any], here: Organisation, pages: dict[str, str]) -> ToldLeg:
    return ToldLeg(
        id=held["id"],
        giai=held["giai"],
        began=datetime.fromisoformat(held["from"]),
        ended=datetime.fromisoformat(held["to"]),
        facts=ledger_words.facts(held["figures"]),
        page=pages.get(held["id"], ""),
        challenge=ledger_words.challenge(held.get("challenge")),
        may_challenge=not challenging.refusal(held, here),
        until=challenging.until_of(held),
    )
