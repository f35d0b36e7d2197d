"""A panel as arrays, with what trees know of each period ahead of time. Worker code: brings numpy."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from forecasting.demand.calendar import Every
from forecasting.demand.history import filled, offers_ahead, tamed
from forecasting.demand.means import mean
from forecasting.demand.offered import together
from forecasting.demand.panel import Panel
from forecasting.demand.workdays import factors


@dataclass(frozen=True)
class Lessons:
    """How the past of series in such periods is taught.

    `level`: periods whose mean is a series' unit. `widths`: of the means that are looked at. `origins`: looked back
    from, at most.
    """

    level: int
    widths: tuple[int, ...]
    origins: int


LESSONS: Mapping[Every, Lessons] = {
    "day": Lessons(56, (3, 7, 14, 28, 56, 182, 364), 120),
    "week": Lessons(26, (2, 4, 13, 26, 52), 60),
    "month": Lessons(24, (3, 12, 24, 48), 24),
}
QUARTER = 91  # days
MOST_ALIKE = 1000  # series of which each is compared with each
CLOSED = 5  # series that all sell nothing on a day: then it was closed, and says nothing of any


class Grid:
    """The panel as arrays: values (not a number before a series begins), offers, and the chance of one."""

    def __init__(self, panel: Panel) -> None:
        import numpy as np

        self.panel = panel
        self.lessons = LESSONS[panel.every]
        self.values = np.full((len(panel.series), panel.length), np.nan)
        self.offers = np.zeros((len(panel.series), panel.length))
        shut = _shut(panel)
        for place, (series, shift) in enumerate(zip(panel.series, panel.shift, strict=True)):
            sold = [None if shift + at in shut else value for at, value in enumerate(tamed(series.values))]
            here = filled(sold, panel.season)
            self.values[place, shift : shift + len(here)] = here
            self.values[place, shift + len(here) :] = here[-1]
            self.offers[place, shift : shift + len(here)] = series.promotions
        self._alike: dict[int, Any] = {}
        self.pace = 0.5
        self.lowest = np.where(np.nanmin(self.values, axis=1) < 0, -np.inf, 0.0)

    def offers_known(self, origin: int, horizon: int) -> Any:
        """Offers up to `horizon` periods after `origin`; of those ahead that no plan tells, not a number."""
        import numpy as np

        panel = self.panel
        found = np.full((len(panel.series), origin + horizon), np.nan)
        found[:, :origin] = self.offers[:, :origin]
        for place, series in enumerate(panel.series):
            if series.planned:
                here = [*series.promotions, *series.planned][max(0, panel.end_of(place, origin)) :][:horizon]
                found[place, origin : origin + len(here)] = here
        return found

    def sharing(self, origin: int) -> Any:
        """Which series share offers, by what the last quarter's end knew: it changes slowly. None of too many."""
        count, end = len(self.offers), origin - origin % QUARTER
        if count > MOST_ALIKE or not end:
            return None
        if end not in self._alike:
            self._alike[end] = together(self.offers[:, :end])
        return self._alike[end]

    def chances(self, origin: int, horizon: int) -> Any:
        """Of an offer in each of the `horizon` periods from `origin` on."""
        import numpy as np

        series, panel = self.panel.series, self.panel
        return np.array([offers_ahead(each, panel.end_of(at, origin), horizon) for at, each in enumerate(series)])

    def alike(self, pull: float, horizon: int) -> tuple["Grid", Any]:
        """The same with months of one size, and the sizes up to `horizon` periods later by which to bring them back."""
        import numpy as np

        panel = self.panel
        sizes = np.ones((len(panel.series), panel.length + horizon))
        if pull:
            for place, (series, shift) in enumerate(zip(panel.series, panel.shift, strict=True)):
                sizes[place, shift:] = factors(series, pull, sizes.shape[1] - shift)
        found = copy(self)
        found.values = self.values / sizes[:, : panel.length]
        return found, sizes

    def level(self, origin: int) -> Any:
        import numpy as np

        sizes = np.abs(self.values[:, :origin])
        recent = mean(sizes[:, -self.lessons.level :])
        always = mean(sizes)
        found = np.maximum(np.nan_to_num(recent), 0.1 * np.nan_to_num(always))
        return np.where(found > 0, found, 1.0)


def _shut(panel: Panel) -> set[int]:
    """Days on which none of many series that had begun sold anything: closed, though zeros were written down."""
    if panel.every != "day":
        return set()
    begun, sold = [0] * panel.length, [False] * panel.length
    for series, shift in zip(panel.series, panel.shift, strict=True):
        for at, value in enumerate(series.values):
            begun[shift + at] += value is not None
            sold[shift + at] |= bool(value)
    return {at for at in range(panel.length) if begun[at] >= CLOSED and not sold[at]}
