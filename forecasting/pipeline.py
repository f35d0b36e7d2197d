"""The order of steps from rows to forecasts. Pure: no Django, no clock, no random source; rows come in, results go out.

Whoever has the rows and the parameters gets the same answer. What is random elsewhere (Prophet's intervals) is not
used, what counts threads is told to use one, and rows are sorted by what they say before anything looks at them: a
record's public id is random, so two servers that hold the same events have other ids, and the same forecast.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.lanes import LaneTrend
from forecasting.delay.result import DelayRow
from forecasting.demand import columns
from forecasting.demand.alike import alike
from forecasting.demand.bands import Bands
from forecasting.demand.closed import closed_days, zeroed
from forecasting.demand.fitting import Fitting
from forecasting.demand.one import SeriesResult
from forecasting.demand.panel import ahead
from forecasting.demand.result import ForecastRow, Tested, figures, rounded, rows_of, tested
from forecasting.demand.series import Plan, SaleRow, Series, one_unit, series_of, with_plan
from forecasting.reasons import LeftOut
from forecasting.rows import sale_content, sorted_deliveries
from forecasting.table import Sales

if TYPE_CHECKING:
    from forecasting.delay.ensemble import Keep

Progress = Callable[[int, str], None]


class NothingToLearn(Exception):
    """No series or not enough deliveries; the message says what is missing."""


@dataclass(frozen=True)
class DemandResult:
    rows: list[ForecastRow]
    series: list[Series]
    results: list[SeriesResult]
    left_out: list[LeftOut]
    figures: dict[str, Any]
    each: dict[tuple[str, str], dict[str, Any]]
    parameters: list[dict[str, Any]]


@dataclass(frozen=True)
class DelayResult:
    rows: list[DelayRow]
    left_out: list[LeftOut]
    figures: dict[str, Any]
    parameters: dict[str, Any]
    lanes: list[LaneTrend] = field(default_factory=list)


def run_demand(
    rows: Sequence[SaleRow],
    *,
    until: date,
    horizon: int,
    origins: int,
    workers: int = 1,
    progress: Progress,
    fitting: Fitting | None = None,
    plans: Mapping[tuple[str, str], Plan] | None = None,
    countries: Mapping[str, str] | None = None,
) -> DemandResult:
    """Sales rows to forecasts of `horizon` periods after `until`, with backtest and intervals.

    `plans`: planned offers by product and place; of those without a plan, offers are expected as they were.
    `countries`: ISO codes by place, whose holidays are kept.
    Series are fitted by `fitting`, or else by that many `workers` of this machine.
    """
    from forecasting.demand.together import forecast_all

    series, unused = _series_of(rows, until)
    if not series:
        raise NothingToLearn("No product has been sold in enough periods yet.")
    progress(0, f"{len(series)} series")
    for at, each in enumerate(series):
        plan = (plans or {}).get((each.product, each.place))
        if plan is not None:
            each = with_plan(each, plan, horizon + ahead(each, len(each.values), until))  # noqa: PLW2901
        series[at] = replace(each, country=(countries or {}).get(each.place, ""))
    results = forecast_all(
        series, until=until, horizon=horizon, most=origins, workers=workers, progress=progress, fitting=fitting
    )
    bands = Bands(results)
    everything = Tested()
    each_figures = {}
    for result in results:
        found = tested(result, bands)
        each_figures[result.product, result.place] = figures(found)
        everything.add(found)
    return DemandResult(
        _open([row for result in results for row in rows_of(result, bands)], series),
        series,
        results,
        unused,
        figures(everything) | {"alike": rounded(alike(results))},
        each_figures,
        [{"product": r.product, "place": r.place, "model": r.champion, **r.parameters} for r in results],
    )


def _series_of(rows: Sequence[SaleRow], until: date) -> tuple[list[Series], list[LeftOut]]:
    """Series, and the rows that are in none; the same of rows and of columns."""
    if isinstance(rows, Sales):
        sales, other_units = columns.one_unit(rows.by_content())
        series, old = columns.series_of(sales)
    else:
        kept, other_units = one_unit(sorted(rows, key=sale_content))
        series, old = series_of(kept, until=until)
    return series, [*other_units, *old]


def _open(rows: Sequence[ForecastRow], series: Sequence[Series]) -> list[ForecastRow]:
    """Nothing is expected on days on which a place is closed each year."""
    days: dict[tuple[str, str], list[date]] = defaultdict(list)
    for row in rows:
        days[row.product, row.place].append(row.day)
    closed = {
        (each.product, each.place, day)
        for each in series
        for day in closed_days(each, days[each.product, each.place], each.country)
    }
    return zeroed(rows, closed)


def run_delay(
    rows: Sequence[DeliveryRow], *, until: date, horizon: int, progress: Progress, kept: "Keep | None" = None
) -> DelayResult:
    """Deliveries to P(late) and quantile days of those scheduled within `horizon` days after `until`.

    `kept`: who remembers the tests' answers, so that a training that was cut off goes on.
    """
    from forecasting.delay.ensemble import at_once
    from forecasting.delay.learn import learn

    return learn(sorted_deliveries(rows), until=until, horizon=horizon, progress=progress, kept=kept or at_once)
