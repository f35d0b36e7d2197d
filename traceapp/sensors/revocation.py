"""Why a key is no longer trusted: the contract's words, and how people say them."""

from typing import Final

from django.utils.translation import gettext_lazy as _

REASONS: Final = (
    ("lost", _("It is lost or was stolen")),
    ("compromised", _("Somebody else may have its key")),
    ("broken", _("It is broken")),
    ("retired", _("It is no longer used")),
)


def words(reason: str) -> str:
    """A reason of the ledger as a sentence; one that is not known here as it stands there."""
    return str(dict(REASONS).get(reason, reason))
