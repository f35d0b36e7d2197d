"""What has to be said beside the figures of a leg: of changed messages, waiting ones, bad keys, calibration."""

from dataclasses import dataclass, field
from datetime import UTC
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from traceapp.coldchain.judging import Judged
from traceapp.coldchain.readings import Changed
from traceapp.web.times import in_words

NAMED: Final = 5


@dataclass(frozen=True)
class Doubt:
    """A sentence, and links to what it is about: (words, address)."""

    tone: str
    icon: str
    text: str
    links: list[tuple[str, str]] = field(default_factory=list)


def doubts(judged: Judged) -> list[Doubt]:
    """The worst first."""
    found, said = judged.measured, list[Doubt]()
    if found.findings:
        text = ngettext(
            "%(n)d message does not match the ledger. What it says is neither drawn nor counted.",
            "%(n)d messages do not match the ledger. What they say is neither drawn nor counted.",
            len(found.findings),
        )
        links = [_link(one) for one in found.changed[:NAMED]]
        said.append(Doubt("bad", "broken", text % {"n": len(found.findings)}, links))
    if found.distrusted:
        text = ngettext(
            "%(n)d message was signed by a key from when it was no longer to be trusted. It is left out.",
            "%(n)d messages were signed by a key from when it was no longer to be trusted. They are left out.",
            found.distrusted,
        )
        said.append(Doubt("bad", "warn", text % {"n": found.distrusted}))
    if found.waiting:
        text = ngettext(
            "%(n)d message waits for the ledger: dotted in the drawing, and not in the figures yet.",
            "%(n)d messages wait for the ledger: dotted in the drawing, and not in the figures yet.",
            found.waiting,
        )
        said.append(Doubt("wait", "clock", text % {"n": found.waiting}))
    if found.uncalibrated:
        since = in_words(found.uncalibrated[0][0], UTC)
        text = _("The calibration had expired for readings since %(since)s. They count, and are marked.")
        said.append(Doubt("wait", "warn", text % {"since": since}))
    return said


def _link(one: Changed) -> tuple[str, str]:
    words = _("Message %(seq)d, %(first)s to %(last)s") % {
        "seq": one.seq,
        "first": in_words(one.first, UTC),
        "last": in_words(one.last, UTC),
    }
    return words, reverse("sensors:message", args=[one.uid])
