"""Deliveries to a tested, calibrated model and its forecasts. Every split is by time. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from forecasting.delay.days import spread_of
from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.ensemble import Ensemble, Keep, at_once, calibrated, fit, learnable
from forecasting.delay.features import features
from forecasting.delay.foretell import begun, foretell
from forecasting.delay.lanes import lanes_of, with_trends
from forecasting.delay.testing import figures, test
from forecasting.reasons import LeftOut, Reason

if TYPE_CHECKING:
    from forecasting.pipeline import DelayResult

LEAST = 40  # outcomes
Progress = Callable[[int, str], None]


def sort_out(
    rows: Sequence[DeliveryRow], until: date, horizon: int
) -> tuple[list[DeliveryRow], list[DeliveryRow], list[LeftOut]]:
    """(outcomes to learn from, deliveries to forecast, the rest with the reason)."""
    known: list[DeliveryRow] = []
    ahead: list[DeliveryRow] = []
    out: list[LeftOut] = []
    for row in rows:
        planned_later = row.ordered is not None and row.ordered > until
        if until < row.scheduled <= until + timedelta(days=horizon) and not planned_later:
            ahead.append(row)
        elif row.known_by(until):
            known.append(row)
        elif row.delay is None:
            out.append(LeftOut(Reason.OPEN, row.uid, detail=f"planned for {row.scheduled}"))
        else:
            out.append(LeftOut(Reason.LATER, row.uid, detail=f"recorded on {row.recorded}"))
    return known, ahead, out


def learn(
    rows: Sequence[DeliveryRow], *, until: date, horizon: int, progress: Progress, kept: Keep = at_once
) -> "DelayResult":
    """Test and calibrate quarter by quarter, fit on all that is known; forecast what is planned for `horizon` days."""
    from forecasting.pipeline import DelayResult, NothingToLearn

    known, ahead, out = sort_out(rows, until, horizon)
    lates = sum(bool(row.late) for row in known)
    if len(known) < LEAST or not learnable(known):
        raise NothingToLearn(
            f"{len(known)} deliveries with a known outcome, {lates} of them late: "
            f"at least {LEAST} are needed, with 5 late and 5 on time."
        )
    progress(5, f"{len(known)} outcomes known by {until}")
    seen = begun(rows, known, until)
    past = features(known, seen, horizon=horizon)
    coming = features(ahead, seen, horizon=horizon, until=until)
    tested = test(
        known,
        past,
        until,
        tell=lambda done, of: progress(20 + 60 * done // of, f"Testing quarter {done + 1} of {of}"),
        kept=kept,
    )
    progress(80, "Fitting and calibrating")
    model = Ensemble(fit(known, past), calibrated(tested.said, until), spread_of(tested.bands, until))
    found = foretell(model, known, ahead, coming)
    progress(92, "Drawing the lanes' trends")
    lanes = with_trends(lanes_of(known))
    return DelayResult(found, out, figures(tested), asdict(model) | {"past_delays": "empirical"}, lanes)


__all__ = ["learn", "sort_out"]
