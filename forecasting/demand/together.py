"""All series of a run, from their pasts to tested forecasts: candidates, champions, final say.

For each panel (series kept in the same periods) candidates are tried in rolling windows on a sample of its steady
series, and of its slow sellers, and those that may win on more of them; the up to three whose mean did best speak for
all. A model that fails on a series is replaced there by seasonal naive, with a note that says so: one odd series stops
nobody.
"""

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date

from forecasting.demand import candidates, one
from forecasting.demand.candidates import NAIVE
from forecasting.demand.champion import Trial, choose, finalists, mean_of
from forecasting.demand.drivers import drivers
from forecasting.demand.fitter import Ask
from forecasting.demand.fitting import Answer, Fitters, Fitting, fit_all, plant_all
from forecasting.demand.levelled import levelled
from forecasting.demand.naive import seasonal_naive
from forecasting.demand.one import SeriesResult, Window
from forecasting.demand.panel import LEAST, Panel, ahead, origins, panels
from forecasting.demand.series import Series
from forecasting.demand.workdays import pull_of

SAMPLE = {False: 120, True: 200}  # steady and slow series that all candidates are tried on: Prophet takes its time
FINALISTS = 400  # series that those are tried on that may win
EACH_TESTED = 2000  # series of a panel: beyond, only the latest window of each is tested
DEFAULT = {False: ["ets", candidates.TREES, NAIVE], True: ["adida", candidates.TREES_SUM, "tsb"]}
Progress = Callable[[int, str], None]
Key = tuple[int, str, int]
"""Place of a series in its panel, model, origin on the common calendar."""


@dataclass
class Work:
    """One panel on its way. `said`: what was answered so far; `failed`: why nothing was."""

    panel: Panel
    until: date
    horizon: int
    fitters: Fitting
    tell: Callable[[int, int, str], None]
    said: dict[Key, list[float]] = field(default_factory=dict)
    failed: dict[Key, str] = field(default_factory=dict)
    span: tuple[int, int] = (0, 100)
    pulls: dict[int, float] = field(default_factory=dict)

    @property
    def last(self) -> int:
        return self.panel.length

    def steps(self, place: int, origin: int) -> int:
        """Periods to say: of the last origin also those that lie between the rows' end and the forecast's start."""
        if origin < self.last:
            return self.horizon
        return self.horizon + ahead(self.panel.series[place], self.panel.end_of(place, origin), self.until)

    def pull(self, origin: int) -> float:
        """Of working days, by what was known then."""
        if origin not in self.pulls:
            self.pulls[origin] = pull_of(self.panel, origin)
        return self.pulls[origin]


def forecast_all(
    series: Sequence[Series],
    *,
    until: date,
    horizon: int,
    most: int,
    workers: int = 1,
    progress: Progress,
    fitting: Fitting | None = None,
) -> list[SeriesResult]:
    """Results in the order of `series`. `fitting`: who fits, instead of that many `workers` here."""
    found: dict[tuple[str, str], SeriesResult] = {}
    groups = panels(series)
    with nullcontext(fitting) if fitting else Fitters(workers) as fitters:
        for number, panel in enumerate(groups):
            share, base = 100 / len(groups), 100 * number / len(groups)

            def tell(done: int, of: int, words: str, share: float = share, base: float = base) -> None:
                progress(int(base + share * done / max(1, of)), words)

            for each in _forecast(Work(panel, until, horizon, fitters, tell), most):
                found[each.product, each.place] = each
    return [found[each.product, each.place] for each in series]


def _forecast(work: Work, most: int) -> list[SeriesResult]:
    tests = origins(work.panel, work.horizon, most)
    found: list[SeriesResult] = []
    for slow in (False, True):
        places = [place for place, each in enumerate(work.panel.slow) if each == slow]
        if places:
            work.span = (50 * slow, 50 + 50 * slow)
            found += _group(work, places, tests, slow=slow)
    return found


def _group(work: Work, places: Sequence[int], tests: Sequence[int], *, slow: bool) -> list[SeriesResult]:
    """Choose who speaks for these series, and let them."""
    panel = work.panel
    names = candidates.tried(slow, len(places), panel.every)
    trials = _tried(work, _sample(panel, places, SAMPLE[slow]), tests, names, (0, 40))
    names = finalists(names, trials, slow=slow)
    trials = _tried(work, _sample(panel, places, FINALISTS), tests, names, (40, 60))
    members = choose(names, trials, slow=slow, default=DEFAULT[slow])
    shown = tests if len(places) <= EACH_TESTED else tests[-1:]
    rest = [(place, name, origin) for place in places for origin in shown for name in members]
    rest = [key for key in rest if _testable(panel, key[0], key[2])]
    rest += [(place, name, work.last) for place in places for name in members]
    _answer(work, rest, (60, 100), "Forecasting")
    found = [_result(work, place, members, tests) for place in places]
    return levelled(found) if slow else found


def _sample(panel: Panel, places: Sequence[int], most: int) -> list[int]:
    """Places evenly spread over the series in order of their size, the largest among them."""
    sizes = {place: -sum(abs(value or 0.0) for value in panel.series[place].values) for place in places}
    order = sorted(places, key=lambda place: (sizes[place], place))
    count = min(most, len(order))
    return sorted({order[place * len(order) // count] for place in range(count)})


def _testable(panel: Panel, place: int, origin: int) -> bool:
    end = panel.end_of(place, origin)
    series = panel.series[place]
    known = sum(value is not None for value in series.values[: max(0, end)])
    return known >= LEAST and any(value is not None for value in series.values[end:])


def _answer(work: Work, keys: Sequence[Key], span: tuple[int, int], words: str) -> None:
    """Ask whoever must be asked: nobody for seasonal naive, the panel's trees once an origin, workers for the rest."""
    local: dict[int, list[tuple[Key, Ask]]] = {}
    trees: set[tuple[str, int]] = set()
    for key in keys:
        place, name, origin = key
        if key in work.said or key in work.failed or name == NAIVE:
            continue
        if candidates.is_global(name):
            trees.add((name, origin))
        else:
            ask = (name, work.panel.end_of(place, origin), work.steps(place, origin), work.pull(origin))
            local.setdefault(place, []).append((key, ask))
    low, high = span
    if trees:
        middle = (2 * low + high) // 3
        _plant(work, sorted(trees), (low, middle), words)
        low = middle
    asked = [(work.panel.series[place], [ask for _, ask in local[place]]) for place in sorted(local)]

    def progress(done: int, of: int) -> None:
        _tell(work, low + (high - low) * done // of, f"{words}: {done} of {of} series")

    answers = fit_all(asked, fitters=work.fitters, progress=progress) if asked else []
    for place, given in zip(sorted(local), answers, strict=True):
        for (key, _), answer in zip(local[place], given, strict=True):
            _keep(work, key, answer)


def _tell(work: Work, percent: int, words: str) -> None:
    low, high = work.span
    work.tell(low + (high - low) * percent // 100, 100, words)


def _keep(work: Work, key: Key, answer: Answer) -> None:
    if isinstance(answer, str):
        work.failed[key] = answer
    else:
        work.said[key] = answer


def _plant(work: Work, asked: Sequence[tuple[str, int]], span: tuple[int, int], words: str) -> None:
    """The panel's trees at each origin, for every series at once."""
    places = range(len(work.panel.series))
    asks = [
        (name, origin, max(work.steps(place, origin) for place in places), work.pull(origin)) for name, origin in asked
    ]
    low, high = span

    def progress(done: int, of: int) -> None:
        _tell(work, low + (high - low) * done // of, f"{words}: {done} of {of} LightGBM models over all series")

    said = plant_all(work.panel.series, asks, fitters=work.fitters, progress=progress)
    for (name, origin), answer in zip(asked, said, strict=True):
        for place in places:
            _keep(work, (place, name, origin), _of_place(answer, place, work.steps(place, origin)))


def _of_place(answer: Answer, place: int, steps: int) -> Answer:
    if isinstance(answer, str):
        return answer
    values = [float(value) for value in answer[place][:steps]]
    return values if all(map(math.isfinite, values)) else "too little history to learn from"


def _said(work: Work, key: Key) -> list[float]:
    """What was said, or what seasonal naive says instead."""
    if key in work.said:
        return work.said[key]
    place, _, origin = key
    series = work.panel.series[place]
    end = work.panel.end_of(place, origin)
    return seasonal_naive(series.values[:end], one.season_of(series.every, end), work.steps(place, origin))


def _tried(
    work: Work, sample: Sequence[int], tests: Sequence[int], names: Sequence[str], span: tuple[int, int]
) -> list[Trial]:
    """What each of `names` says in the tests of these series."""
    where = [(place, origin) for place in sample for origin in tests if _testable(work.panel, place, origin)]
    _answer(work, [(place, name, origin) for place, origin in where for name in names], span, "Trying models")
    scales = {place: _scale(work.panel.series[place]) for place in sample}
    windows = [(place, _window(work, place, origin, names)) for place, origin in where]
    return [Trial(scales[place], test.actual, test.said) for place, test in windows if test.steps]


def _scale(series: Series) -> float:
    return one.scale_of(series, one.season_of(series.every, len(series.values)))


def _window(work: Work, place: int, origin: int, names: Sequence[str]) -> Window:
    said = {name: _said(work, (place, name, origin)) for name in {*names, NAIVE}}
    return one.window(work.panel.series[place], work.panel.end_of(place, origin), work.horizon, said)


def _result(work: Work, place: int, members: Sequence[str], tests: Sequence[int]) -> SeriesResult:
    series = work.panel.series[place]
    season = one.season_of(series.every, len(series.values))
    windows = []
    for origin in tests:
        if all(name == NAIVE or (place, name, origin) in work.said for name in members):
            test = _window(work, place, origin, members)
            if test.steps:
                said = {one.CHAMPION: mean_of(members, test.said), **test.said}
                windows.append(Window(test.start, test.steps, test.actual, said))
    final = {name: _said(work, (place, name, work.last)) for name in members}
    end = work.panel.end_of(place, work.last)
    gap = ahead(series, end, work.until)
    failed = {name: why for name in members if (why := work.failed.get((place, name, work.last)))}
    return SeriesResult(
        series.product,
        series.place,
        series.every,
        season,
        "slow" if work.panel.slow[place] else "steady",
        "+".join(members),
        series.day(end + gap).isoformat(),
        mean_of(members, final)[gap:],
        one.scale_of(series, season),
        windows,
        drivers(series, work.horizon),
        {"members": list(members), "season": season, "fallbacks": failed, "said": final},
        one.rest_days(series),
        "; ".join(f"{candidates.WORDS[name]}: {why}; seasonal naive instead" for name, why in failed.items()),
    )
