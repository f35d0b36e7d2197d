"""What loggers measured on the way of scanned goods, in words and a small drawing. Only what anybody may read.

A leg is shown if the event that tied the logger to the goods is public, and only with readings that were hashed for
this answer. The limits are those of the product, as its maker states them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from traceapp.accounts.visibility import Viewer
from traceapp.coldchain.charts import Chart, Plot, temperature
from traceapp.coldchain.judging import Judged, judge
from traceapp.coldchain.selectors import journey, went_with_loggers
from traceapp.provenance.facts import ProductFacts
from traceapp.sensors.excursions import Rule
from traceapp.sensors.summary import minutes_begun
from traceapp.sensors.units import Quantity
from traceapp.web.drawing import Size

MOST_LEGS = 5
SIZE = Size("small", 328, 150, 30, 8, 12, 26, 2)


@dataclass(frozen=True)
class ColdLeg:
    """One logger's part of the way. `state` is a badge's name; `problem` that it was outside the limits."""

    chart: Chart
    says: str
    detail: str
    state: str
    problem: bool


def cold_legs(names: Iterable[str], product: ProductFacts | None) -> list[ColdLeg]:
    """The legs of goods that stand under these identifiers (an item, and the lot it is of), in order of time."""
    goods = next((name for name in names if went_with_loggers(name)), None)
    if goods is None:
        return []
    rule = Rule(_float(product.storage_min_c), _float(product.storage_max_c)) if product else Rule(None, None)
    legs = []
    for part in journey(Viewer.nobody(), goods)[:MOST_LEGS]:
        leg = part.leg
        leg.began, leg.ended = part.since, part.until  # in memory only: the goods were there no longer than that
        judged = judge(leg, timezone.now(), rule=rule, quantities=(Quantity.TEMPERATURE,))
        if judged.summary.readings or judged.measured.findings:
            legs.append(_leg(judged))
    return legs


def _leg(judged: Judged) -> ColdLeg:
    plot = Plot(
        start=judged.held.start,
        end=max(judged.held.end, judged.held.start + 60),
        series=(judged.held.times, judged.held.values),
        gaps=judged.held.gaps,
        low=judged.rule.low,
        high=judged.rule.high,
        excursions=judged.excursions,
    )
    broken = bool(judged.measured.findings)
    return ColdLeg(
        chart=temperature(plot, SIZE),
        says=_says(judged),
        detail=_detail(judged),
        state="mismatch" if broken else "verified",
        problem=broken or judged.summary.outside > 0,
    )


def _says(judged: Judged) -> str:
    summary = judged.summary
    if not summary.readings:
        return _("The temperature records of this part do not match the ledger.")
    low, high = _degrees(summary.min), _degrees(summary.max)
    if summary.outside:
        time = _duration(summary.outside)
        return _("Outside its limits for %(time)s. Measured: %(low)s to %(high)s °C.") % {
            "time": time, "low": low, "high": high
        }  # fmt: skip
    if judged.rule.low is None and judged.rule.high is None:
        return _("Measured: %(low)s to %(high)s °C.") % {"low": low, "high": high}
    return _("Within its limits whenever it was measured: %(low)s to %(high)s °C.") % {"low": low, "high": high}


def _detail(judged: Judged) -> str:
    said = ngettext(
        "%(n)s reading, signed by the logger.", "%(n)s readings, signed by the logger.", judged.summary.readings
    )
    words = [said % {"n": formats.number_format(judged.summary.readings, force_grouping=True)}]
    if judged.summary.missing >= 60:
        words.append(_("No readings for %(time)s.") % {"time": _duration(judged.summary.missing)})
    if judged.measured.findings and judged.summary.readings:
        words.append(_("Some temperature records were changed and are not shown."))
    return " ".join(words)


def _duration(seconds: float) -> str:
    minutes = minutes_begun(seconds)
    if minutes < 120:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def _degrees(value: float | None) -> str:
    return "" if value is None else str(formats.number_format(round(value, 1), 1))


def _float(bound: Decimal | None) -> float | None:
    return None if bound is None else float(bound)
