"""The states people see: a word, an icon and a tone each. None is invented elsewhere."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Badge:
    word: "StrOrPromise"
    icon: str
    tone: str = ""  # ok, wait, bad or none


BADGES: dict[str, Badge] = {
    # on reading
    "verified": Badge(_("Verified"), "tick", "ok"),
    "pending": Badge(_("Pending"), "clock", "wait"),
    "mismatch": Badge(_("Does not match"), "broken", "bad"),
    "missing": Badge(_("Missing"), "missing", "bad"),
    # on writing
    "queued": Badge(_("Queued"), "queue", "wait"),
    "sent": Badge(_("Sent"), "up", "wait"),
    "on_ledger": Badge(_("On ledger"), "tick", "ok"),
    "rejected": Badge(_("Rejected"), "cross", "bad"),
    # jobs
    "waiting": Badge(_("Waiting"), "clock", "wait"),
    "running": Badge(_("Running"), "clock", "wait"),
    "done": Badge(_("Done"), "tick", "ok"),
    "failed": Badge(_("Failed"), "cross", "bad"),
    "paused": Badge(_("Paused"), "clock", "wait"),
    # evidence without a proof
    "evidenced": Badge(_("Evidenced"), "paper"),
    "issuer": Badge(_("Verified by issuer"), "seal", "ok"),
}
UNKNOWN = Badge(_("Unknown"), "missing")


def badge_for(state: object) -> Badge:
    """The badge of a state given as its name or as an enum member (`State.ON_LEDGER`, `"on ledger"`, `"on_ledger"`)."""
    name = str(getattr(state, "value", state) or "").lower().replace(" ", "_").replace("-", "_")
    return BADGES.get(name, UNKNOWN)
