"""The consumer's answer in words: what the records of these goods say, worst first."""

from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Signs:
    """What was found: how many records are in which state, and what verified ones say of the goods."""

    verified: int = 0
    pending: int = 0
    broken: int = 0  # changed, swapped, dropped, or with a root the ledger does not confirm
    refused: int = 0  # the ledger did not take them
    recalled_by: str = ""  # who says so, in a verified record
    times_sold: int = 0  # verified sales of one single item
    expired: bool = False
    names_product_only: bool = False

    @property
    def total(self) -> int:
        return self.verified + self.pending + self.broken + self.refused


class Verdict(Enum):
    """In the order in which one outranks the next: name, tone and icon."""

    RECALLED = ("recalled", "bad", "stop")
    MISMATCH = ("mismatch", "bad", "broken")
    COPIED = ("copied", "bad", "copy")
    EXPIRED = ("expired", "bad", "clock")
    PENDING = ("pending", "wait", "clock")
    UNALTERED = ("unaltered", "ok", "tick")
    PRODUCT = ("product", "none", "info")  # the code names a kind of product and no lot: there is nothing to judge
    UNKNOWN = ("unknown", "none", "search")

    @property
    def tone(self) -> str:
        return self.value[1]

    @property
    def icon(self) -> str:
        return self.value[2]

    @property
    def title(self) -> str:
        return {
            Verdict.RECALLED: _("Recalled"),
            Verdict.MISMATCH: _("Records do not match"),
            Verdict.COPIED: _("This code looks copied or already sold"),
            Verdict.EXPIRED: _("Expired"),
            Verdict.PENDING: _("Pending"),
            Verdict.UNALTERED: _("Records unaltered"),
            Verdict.PRODUCT: _("This code names no lot"),
            Verdict.UNKNOWN: _("Unknown code"),
        }[self]


def judge(signs: Signs) -> Verdict:
    """The worst that holds. Never "genuine": records say nothing of what is inside a pack."""
    worst_first = (
        (bool(signs.recalled_by), Verdict.RECALLED),
        (signs.broken > 0, Verdict.MISMATCH),
        (signs.times_sold > 1, Verdict.COPIED),
        (signs.expired, Verdict.EXPIRED),
        (signs.pending + signs.refused > 0, Verdict.PENDING),
        (signs.verified > 0, Verdict.UNALTERED),
        (signs.names_product_only, Verdict.PRODUCT),
    )
    return next((verdict for holds, verdict in worst_first if holds), Verdict.UNKNOWN)


def sentence(verdict: Verdict, signs: Signs) -> str:
    """What the verdict means for the person who holds the pack."""
    if verdict is Verdict.UNALTERED:
        return ngettext(
            "The one record of these goods is as it was written down.",
            "All %(total)s records of these goods are as they were written down.",
            signs.total,
        ) % {"total": signs.total}
    if verdict is Verdict.MISMATCH:
        return ngettext(
            "%(broken)s of %(total)s records was changed or lost after it was written down. "
            "Ask the shop before you use this product.",
            "%(broken)s of %(total)s records were changed or lost after they were written down. "
            "Ask the shop before you use this product.",
            signs.broken,
        ) % {"broken": signs.broken, "total": signs.total}
    return {
        Verdict.RECALLED: _("Do not use this product. %(who)s calls it back.") % {"who": signs.recalled_by},
        Verdict.COPIED: _("This one item was sold %(times)s times by the records. Ask the shop before you use it.")
        % {"times": signs.times_sold},
        Verdict.EXPIRED: _("The best-before date has passed. The maker no longer vouches for its quality."),
        Verdict.PENDING: _pending(signs),
        Verdict.PRODUCT: _("Scan or type a code with a lot number to see where it has been."),
        Verdict.UNKNOWN: _(
            "We hold no public record of this code. Compare it with the print on the pack, or ask the shop."
        ),
    }[verdict]


def tally(signs: Signs) -> str:
    """Beside the chain strip: `9 of 9 records match`."""
    return ngettext(
        "%(verified)s of %(total)s record matches", "%(verified)s of %(total)s records match", signs.total
    ) % {"verified": signs.verified, "total": signs.total}


def _pending(signs: Signs) -> str:
    counted = {"verified": signs.verified, "total": signs.total, "refused": signs.refused}
    if signs.refused:
        return _("%(verified)s of %(total)s records are confirmed. The ledger refused %(refused)s.") % counted
    return _("%(verified)s of %(total)s records are confirmed. The others are on their way to the ledger.") % counted
