"""A judged leg as a page shows it: words, facts, drawings and their tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from traceapp.coldchain.buckets import bucketed
from traceapp.coldchain.charts import BESIDE, SIZES, Chart, Plot, beside, temperature
from traceapp.coldchain.judging import Judged
from traceapp.coldchain.readings import SHOWN
from traceapp.sensors.excursions import Excursion, Rule, budget
from traceapp.sensors.holding import hold
from traceapp.sensors.summary import minutes_begun
from traceapp.sensors.units import CANONICAL, Quantity
from traceapp.web.times import in_words

ROWS: Final = 120
"""Rows of the table behind a drawing."""
OTHERS: Final = (Quantity.HUMIDITY, Quantity.ACCELERATION, Quantity.LIGHT)
UNITS: Final = {**CANONICAL, Quantity.TEMPERATURE: "°C", Quantity.HUMIDITY: "%", Quantity.ACCELERATION: "m/s²"}


def names() -> dict[str, str]:
    return {
        Quantity.TEMPERATURE: _("Temperature"),
        Quantity.HUMIDITY: _("Humidity"),
        Quantity.ACCELERATION: _("Shock"),
        Quantity.LIGHT: _("Light"),
    }


def duration(seconds: float, *, left: bool = False) -> str:
    """`38 min`, `2 h 40 min`, `3 d 4 h`; what is not nothing is at least `1 min`.

    In minutes begun; `left`: in full minutes, of what may still be used up.
    """
    minutes = max(1, int((seconds + 1e-6) // 60)) if left and seconds > 0 else minutes_begun(seconds)
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return (_("%(h)d h %(n)d min") if rest else _("%(h)d h")) % {"h": hours, "n": rest}
    days, hours = divmod(hours, 24)
    return (_("%(d)d d %(h)d h") if hours else _("%(d)d d")) % {"d": days, "h": hours}


def degrees(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f} °C".replace("-", "−")


def band(rule: Rule) -> str:
    """`2 to 8 °C`, or one limit alone; empty without any."""
    low, high = (None if limit is None else f"{limit:g}".replace("-", "−") for limit in (rule.low, rule.high))
    if low is not None and high is not None:
        return _("%(low)s to %(high)s °C") % {"low": low, "high": high}
    if high is not None:
        return _("%(high)s °C or colder") % {"high": high}
    return _("%(low)s °C or warmer") % {"low": low} if low is not None else ""


@dataclass(frozen=True)
class Window:
    """The part of a leg that is drawn."""

    start: datetime
    end: datetime
    whole: bool

    @property
    def query(self) -> str:
        return "" if self.whole else f"from={self.start.timestamp():.0f}&to={self.end.timestamp():.0f}"

    def zoomed(self, factor: float, shift: float = 0.0) -> str:
        """A query for a window `factor` as long, moved by `shift` of its length."""
        length = (self.end - self.start).total_seconds()
        middle = self.start.timestamp() + length * (0.5 + shift)
        return f"from={middle - length * factor / 2:.0f}&to={middle + length * factor / 2:.0f}"


def plot_of(judged: Judged, window: Window) -> Plot:
    return Plot(
        start=window.start.timestamp(),
        end=window.end.timestamp(),
        series=(judged.held.times, judged.held.values),
        gaps=judged.held.gaps,
        low=judged.rule.low,
        high=judged.rule.high,
        excursions=judged.excursions,
        waiting=judged.measured.pending.get(Quantity.TEMPERATURE),
        expired=[(since.timestamp(), until.timestamp()) for since, until in judged.measured.uncalibrated],
        changed=[(one.first.timestamp(), one.last.timestamp()) for one in judged.measured.changed],
    )


@dataclass(frozen=True)
class Figure:
    """A drawing at its widths, with its name, words for who does not see it, and its table."""

    name: str
    unit: str
    words: str
    charts: list[Chart]
    table: list[list[str]]
    head: list[str]
    main: bool = False


def figures(judged: Judged, window: Window) -> list[Figure]:
    """Temperature, and whatever else was measured over the same time."""
    plot = plot_of(judged, window)
    found = [
        Figure(
            name=names()[Quantity.TEMPERATURE],
            unit="°C",
            words=sentence(judged),
            charts=[temperature(plot, size) for size in SIZES],
            table=table(plot),
            head=head(plot),
            main=True,
        )
    ]
    for quantity in OTHERS:
        series = judged.measured.of(quantity)
        if series[0].size and quantity in SHOWN:
            gaps = hold(*series, judged.held.start, judged.held.end, judged.rule.max_interval).gaps
            part = replace(plot, series=series, low=None, high=None, excursions=(), waiting=None, gaps=gaps)
            found.append(
                Figure(
                    name=names()[quantity],
                    unit=UNITS[quantity],
                    words=names()[quantity],
                    charts=[beside(part, size) for size in BESIDE],
                    table=table(part),
                    head=head(part),
                )
            )
    return found


def head(plot: Plot) -> list[str]:
    """Above the columns of `table`."""
    found = [_("From"), _("Least"), _("Mean"), _("Greatest"), _("Readings")]
    return [*found, _("Calibration")] if plot.expired else found


def table(plot: Plot) -> list[list[str]]:
    """At most `ROWS` stretches of time; those without readings say so, and those after calibration was due."""
    buckets = bucketed(plot.series, plot.start, plot.end, ROWS)
    rows = []
    for first, last, least, mean, most, count in zip(
        buckets.first.tolist(), buckets.last.tolist(), buckets.least.tolist(), buckets.mean.tolist(),
        buckets.most.tolist(), buckets.count.tolist(), strict=True,
    ):  # fmt: skip
        figures = [f"{each:.2f}".replace("-", "−") for each in (least, mean, most)]
        rows.append([moment(first), *figures, str(count), *_calibration(plot, first, last)])
    for since, until in plot.gaps:
        if until > plot.start and since < plot.end:
            says = _("no readings for %(time)s") % {"time": duration(until - since)}
            rows.append([moment(since), says, "", "", "0", *([""] if plot.expired else [])])
    return sorted(rows, key=lambda row: row[0])


def _calibration(plot: Plot, first: float, last: float) -> list[str]:
    if not plot.expired:
        return []
    marked = any(since <= last and until >= first for since, until in plot.expired)
    return [_("expired") if marked else _("valid")]


def moment(seconds: float) -> str:
    """A time in a table, so that rows sort as they read."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def sentence(judged: Judged) -> str:
    """The leg in one sentence, worst first."""
    summary, rule = judged.summary, judged.rule
    if not summary.readings:
        return _("No readings yet.") if judged.measured.waiting == 0 else _("Readings wait for the ledger.")
    if rule.low is None and rule.high is None:
        return _("Between %(low)s and %(high)s. No limits are set.") % {
            "low": degrees(summary.min), "high": degrees(summary.max)
        }  # fmt: skip
    if summary.outside:
        return _("Outside %(band)s for %(time)s.") % {"band": band(rule), "time": duration(summary.outside)}
    if judged.excursions:
        return _("A reading was outside %(band)s.") % {"band": band(rule)}
    return _("Always within %(band)s where it was measured.") % {"band": band(rule)}


def facts(judged: Judged) -> list[dict[str, Any]]:
    """The figures of a leg, as ruled cells."""
    summary, rule = judged.summary, judged.rule
    found: list[dict[str, Any]] = [
        {"label": _("Mean, weighted by time"), "value": degrees(summary.mean), "big": True},
        {"label": _("Lowest and highest"), "value": f"{degrees(summary.min)}, {degrees(summary.max)}"},
        {
            "label": _("Outside the band"),
            "value": duration(summary.outside) if rule.low is not None or rule.high is not None else "—",
            "note": _("%(above)s too warm, %(below)s too cold")
            % {"above": duration(summary.above), "below": duration(summary.below)}
            if summary.outside
            else "",
        },
        {
            "label": _("Without readings"),
            "value": duration(summary.missing),
            "note": _("longest gap %(time)s") % {"time": duration(summary.gap)} if summary.gap else "",
        },
        {"label": _("Readings"), "value": f"{summary.readings:,}"},
    ]
    if summary.outside:
        both = summary.degree_hours_above + summary.degree_hours_below
        found.append({"label": _("Degree-hours outside"), "value": f"{both:.1f} °C h"})
    if summary.mkt is not None:
        worst = summary.worst
        note = _("worst window: %(mkt)s") % {"mkt": degrees(worst.mkt)} if worst else ""
        found.append({"label": _("Mean kinetic temperature"), "value": degrees(summary.mkt), "note": note})
    left = budget([judged.held], rule)
    if left is not None:
        note = _("of %(all)s on the whole journey") % {"all": duration(left.allowed)}
        value = _("used up") if left.left <= 0 else duration(left.left, left=True)
        found.append({"label": _("May still be outside for"), "value": value, "note": note})
    return found


def excursion_rows(excursions: Sequence[Excursion], until: float) -> list[dict[str, Any]]:
    """Each excursion in words, with the query that zooms to it."""
    rows = []
    for one in excursions:
        end = until if one.end is None else one.end
        margin = max(1800.0, (end - one.start) / 2)
        rows.append(
            {
                "side": side_words(one.side),
                "began": datetime.fromtimestamp(one.start, UTC),
                "lasted": duration(one.lasted(until)),
                "still": one.end is None,
                "extreme": degrees(one.extreme),
                "unknown": duration(one.unknown) if one.unknown > 0 else "",
                "zoom": f"from={one.start - margin:.0f}&to={end + margin:.0f}",
            }
        )
    return rows


def side_words(side: str) -> str:
    words = {"above": _("Too warm"), "below": _("Too cold"), "freezing": _("Frozen")}
    return words.get(side, side)


def warning_words(judged: Judged) -> str:
    """What is coming, if anything is."""
    if judged.warning is None:
        return ""
    when = in_words(datetime.fromtimestamp(judged.warning.at, UTC), UTC, "time")
    return _("%(side)s at about %(when)s if it goes on like this.") % {
        "side": side_words(judged.warning.side), "when": when
    }  # fmt: skip
