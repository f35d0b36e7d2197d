"""Rows and figures to what a template shows: drawings, tables and sentences."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.html import format_html

from forecasting import charts
from forecasting.demand.candidates import NAIVE, WORDS
from forecasting.demand.one import CHAMPION
from forecasting.models import Forecast, Run, Series
from forecasting.statement import Foretold, six
from traceapp.web.drawing import Drawing, number

DRIVER_WORDS = {
    "promotion": "On offer",
    "season": "Time of year",
    "weekday": "Best weekday against the weakest",
    "trend": "Trend over the last year",
}
PERIOD_WORDS = {"day": "a day", "week": "a week", "month": "a month"}
PERIODS = {"day": "days", "week": "weeks", "month": "months"}


def fan(series: Series, rows: Sequence[Forecast]) -> list[Drawing]:
    """The same fan for each width."""
    history = [(date.fromisoformat(day), value) for day, value, _ in series.history]
    ahead = [(row.day, row.mean, row.lo80, row.hi80, row.lo95, row.hi95) for row in rows]
    data = charts.Fan(history, ahead, series.every)
    return [charts.fan(data, size) for size in charts.FAN_SIZES]


def fan_words(series: Series, rows: Sequence[Forecast]) -> str:
    """What the drawing shows, for those who do not see it."""
    last = rows[-1]
    return (
        f"{series.product_name} at {series.place_name}: "
        f"history, and the forecast of {len(rows)} {PERIODS[series.every]}. "
        f"For {charts.day_words(last.day, series.every, year=True)}: {number(last.mean)} expected, "
        f"80 percent between {number(last.lo80)} and {number(last.hi80)}, "
        f"95 percent between {number(last.lo95)} and {number(last.hi95)}."
    )


def headline(series: Series, rows: Sequence[Forecast]) -> str:
    """The answer as a sentence."""
    mean = sum(row.mean for row in rows) / len(rows)
    if series.every == "day" and len(rows) >= 7:
        return f"About {number(mean * 7)} a week until {charts.day_words(rows[-1].day, 'day', year=True)}"
    end = charts.day_words(rows[-1].day, series.every, year=True)
    return f"About {number(mean)} {PERIOD_WORDS[series.every]} until {end}"


def fan_table(series: Series, rows: Sequence[Forecast]) -> list[list[str]]:
    return [
        [
            charts.day_words(row.day, series.every, year=True),
            *map(exactly, (row.mean, row.lo80, row.hi80, row.lo95, row.hi95)),
        ]
        for row in rows
    ]


def exactly(value: float) -> str:
    """A figure as people read it, with the one that files and the API give."""
    return format_html('<data value="{}">{}</data>', six(value), number(value))


def backtest(series: Series) -> tuple[list[Drawing], list[list[str]]]:
    """Errors of each test beside seasonal naive's, drawn and as a table."""
    tests = list(series.backtests.all())
    rows = [(charts.day_words(test.start, series.every), test.model, test.naive) for test in tests]
    table = [
        [charts.day_words(t.start, series.every, year=True), str(t.periods), f"{t.model:,.2f}", f"{t.naive:,.2f}"]
        for t in tests
    ]
    return [charts.dumbbells(rows, size) for size in charts.HALF_SIZES] if rows else [], table


def figures(series: Series) -> list[dict[str, str]]:
    """At most four figures, each with what it is compared with."""
    metrics: dict[str, Any] = series.metrics
    if not metrics.get("tests"):
        return [{"label": "Tests", "value": "none", "note": "too little history for a backtest"}]
    ours, naive = metrics["champion"], metrics["seasonal_naive"]
    change = (ours["mae"] / naive["mae"] - 1) if naive["mae"] else 0.0
    tests = metrics["tests"]
    return [
        {
            "label": "Off by, on average",
            "value": number(ours["mae"]),
            "note": f"{PERIOD_WORDS[series.every]}, in {tests} tests",
        },
        {
            "label": "Against seasonal naive",
            "value": f"{change:+.0%}".replace("-", "−"),
            "note": "error; below zero is better",
        },
        {"label": "80% band held", "value": f"{metrics['coverage80']:.0%}", "note": f"of {tests} tests"},
        {"label": "95% band held", "value": f"{metrics['coverage95']:.0%}", "note": f"of {tests} tests"},
    ]


def metric_table(metrics: dict[str, Any]) -> list[list[str]]:
    """Champion, its members and seasonal naive over the same tests."""
    members = {name: words for name, words in WORDS.items() if name in metrics and name != NAIVE}
    names = {CHAMPION: "Used here: their mean", **members, NAIVE: WORDS[NAIVE]}
    return [
        [words, *(_cell(metrics[name][measure]) for measure in ("mae", "rmse", "mase", "wape"))]
        for name, words in names.items()
        if name in metrics
    ]


def _cell(value: float | None) -> str:
    return "not defined" if value is None else f"{value:,.3f}"


def drivers(series: Series) -> list[dict[str, Any]]:
    """What the model found to move sales, the strongest first, as bars of up to 100."""
    found = [(name, float(value)) for name, value in series.drivers.items() if name in DRIVER_WORDS]
    most = max((abs(value) for _, value in found), default=0.0) or 1.0
    return [
        {
            "words": DRIVER_WORDS[name],
            "value": f"{value:+.0%}".replace("-", "−"),
            "width": round(100 * abs(value) / most),
            "up": value >= 0,
        }
        for name, value in sorted(found, key=lambda item: -abs(item[1]))
    ]


def reliability(run: Run) -> tuple[list[Drawing], list[list[str]]]:
    bins = [(float(said), float(happened), int(count)) for said, happened, count in run.metrics.get("reliability", [])]
    table = [[f"{said:.1%}", f"{happened:.1%}", f"{count:,}"] for said, happened, count in bins]
    return [charts.reliability(bins, size) for size in charts.SQUARE_SIZES] if bins else [], table


def delay_figures(run: Run) -> list[dict[str, str]]:
    metrics = run.metrics
    if not metrics.get("tests"):
        return [{"label": "Tests", "value": "none", "note": "too few outcomes to test on"}]
    better = 1 - metrics["brier"] / metrics["brier_base"] if metrics["brier_base"] else 0.0
    return [
        {
            "label": "Brier score",
            "value": f"{metrics['brier']:.3f}",
            "note": f"{metrics['brier_base']:.3f} by the base rate alone ({better:+.0%})".replace("-", "−"),
        },
        {
            "label": "Late above punctual",
            "value": f"{metrics['auc']:.0%}" if metrics["auc"] is not None else "not defined",
            "note": "of pairs ranked rightly (AUC)"
            + (f"; precision-recall {metrics['pr_auc']:.2f}" if metrics.get("pr_auc") is not None else ""),
        },
        {"label": "Calibration error", "value": f"{metrics['ece']:.1%}", "note": "said against happened (ECE)"},
        {
            "label": "Days within 10 to 90%",
            "value": f"{metrics['days_coverage80']:.0%}",
            "note": f"of {metrics['tests']:,} tests from {metrics['test_from']}",
        },
    ]


def in_words(name: str) -> str:
    """The name of a member as people write it: `productGroup` is Product group."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").capitalize()


def days_of(row: Foretold) -> list[str]:
    """Days after the plan at 10, 50 and 90%, in words."""
    return [days_words(value) for value in (row.days_p10, row.days_p50, row.days_p90)]


def days_words(value: float) -> str:
    """Days after the plan, in words."""
    if abs(value) < 0.05:
        return "on time"
    amount = number(abs(round(value, 1)))
    return (
        f"{amount} days {'late' if value > 0 else 'early'}"
        if amount != "1"
        else f"1 day {'late' if value > 0 else 'early'}"
    )


def lanes(run: Run) -> list[dict[str, Any]]:
    """Each lane's months and Prophet's line through them, with what it says in words."""
    found = []
    for one in run.lanes.all():
        rows = [
            [charts.day_words(date.fromisoformat(day), "month"), days_words(days), f"{late:,} of {count:,}"]
            for day, days, late, count in one.months
        ]
        drawn = len(one.months) > 1
        days = [float(month[1]) for month in one.months]
        ends = [charts.day_words(date.fromisoformat(one.months[at][0]), "month") for at in (0, -1)] if drawn else []
        found.append(
            {
                "lane": one.lane,
                "words": lane_words(one.slope, one.note),
                "deliveries": one.deliveries,
                "drawings": [charts.lane(days, one.trend, ends, size) for size in charts.LANE_SIZES] if drawn else [],
                "table": rows,
            }
        )
    return found


def lane_words(slope: float | None, note: str) -> str:
    if slope is None:
        return note
    if abs(slope) < 0.05:
        return "neither later nor earlier of late"
    return f"{abs(slope):.1f} days {'later' if slope > 0 else 'earlier'} each month"
