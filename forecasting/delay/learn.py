"""Deliveries to a tested, calibrated model and its forecasts. Every split is by time. Pure."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from forecasting.delay.days import PastDelays
from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.features import features
from forecasting.delay.logistic import Logistic, calibrated, fit
from forecasting.delay.result import DelayRow
from forecasting.delay.words import reasons
from forecasting.demand.result import rounded
from forecasting.metrics import auc, brier, coverage, ece, log_loss, mae, pinball, reliability
from forecasting.reasons import LeftOut, Reason
from forecasting.splits import by_time

if TYPE_CHECKING:
    from forecasting.pipeline import DelayResult

LEAST = 40  # outcomes
LEAST_EACH = 5  # late and punctual ones, for a fold to say anything
FOLDS = (0.30, 0.42, 0.53, 0.65, 0.77, 0.88)  # shares of the past at which a fold of the calibration begins
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


def learn(rows: Sequence[DeliveryRow], *, until: date, horizon: int, progress: Progress) -> "DelayResult":
    """Fit, calibrate and test on the past; forecast what is planned for the `horizon` days after `until`."""
    from forecasting.pipeline import DelayResult, NothingToLearn

    known, ahead, out = sort_out(rows, until, horizon)
    lates = sum(bool(row.late) for row in known)
    if len(known) < LEAST or lates < 5 or lates > len(known) - 5:
        raise NothingToLearn(
            f"{len(known)} deliveries with a known outcome, {lates} of them late: "
            f"at least {LEAST} are needed, with 5 late and 5 on time."
        )
    progress(10, f"{len(known)} outcomes known by {until}")
    past = features(known, known, horizon=horizon)
    progress(40, "Testing on the latest fifth")
    figures = _test(known, past)
    progress(70, "Fitting and calibrating")
    model = fitted(known, past)
    coming = features(ahead, known, horizon=horizon, until=until)
    chances = model.probabilities(coming) if ahead else []
    delays = PastDelays(known)
    found = [
        DelayRow(
            row.uid,
            row.delivery,
            row.scheduled,
            chance,
            *delays.quantiles(row, chance),
            reasons(row, each, model.contributions(each)),
        )
        for row, each, chance in zip(ahead, coming, chances, strict=True)
    ]
    return DelayResult(found, out, figures, model.__dict__ | {"past_delays": "empirical"})


def fitted(rows: Sequence[DeliveryRow], table: Sequence[Any]) -> Logistic:
    """A model of all rows, calibrated by what models of the earlier rows said of the later ones."""
    late = [bool(row.late) for row in rows]
    days = sorted(row.scheduled for row in rows)
    starts = [days[int(len(days) * share)] for share in FOLDS]
    odds: list[float] = []
    truth: list[bool] = []
    for start, end in zip(starts, [*starts[1:], date.max], strict=True):
        # What was recorded only later was not known when the fold began, however early it happened.
        before = [i for i, row in enumerate(rows) if row.scheduled < start and row.known_by(start)]
        fold = [i for i, row in enumerate(rows) if start <= row.scheduled < end]
        if fold and min(sum(late[i] for i in before), sum(not late[i] for i in before)) >= LEAST_EACH:
            early = fit([table[i] for i in before], [late[i] for i in before])
            odds += early.log_odds([table[i] for i in fold])
            truth += [late[i] for i in fold]
    return calibrated(fit(table, late), table, late, (odds, truth))


def _test(rows: Sequence[DeliveryRow], table: Sequence[Any]) -> dict[str, Any]:
    """Learn from the first four fifths, as known when the last fifth began, and measure on the last fifth."""
    split = by_time([row.scheduled for row in rows], calibrate=0.0)
    start = min((rows[i].scheduled for i in split.test), default=date.max)
    learnt = [i for i in split.fit + split.calibrate if rows[i].known_by(start)]
    late = [bool(rows[i].late) for i in split.test]
    if not late or len({rows[i].late for i in learnt}) < 2:
        return {"tests": 0}
    seen = [rows[i] for i in learnt]
    model = fitted(seen, [table[i] for i in learnt])
    chances = model.probabilities([table[i] for i in split.test])
    base = sum(bool(row.late) for row in seen) / len(seen)
    delays = PastDelays(seen)
    quantiles = [delays.quantiles(rows[i], chance) for i, chance in zip(split.test, chances, strict=True)]
    truth = [float(rows[i].delay or 0.0) for i in split.test]
    return _figures(late, chances, base, truth, quantiles) | {
        "learnt": len(learnt),
        "test_from": start.isoformat(),
        "test_to": max(rows[i].scheduled for i in split.test).isoformat(),
    }


def _figures(
    late: list[bool], chances: list[float], base: float, truth: list[float], quantiles: list[tuple[float, float, float]]
) -> dict[str, Any]:
    same = [base] * len(late)
    p10, p50, p90 = (list(column) for column in zip(*quantiles, strict=True))
    found = {
        "tests": len(late),
        "late_share": sum(late) / len(late),
        "base_rate": base,
        "brier": brier(late, chances),
        "brier_base": brier(late, same),
        "log_loss": log_loss(late, chances),
        "log_loss_base": log_loss(late, same),
        "auc": auc(late, chances),
        "ece": ece(late, chances),
        "reliability": [[b.said, b.happened, b.count] for b in reliability(late, chances)],
        "days_mae": mae(truth, p50),
        "days_coverage80": coverage(truth, p10, p90),
        "days_pinball10": pinball(truth, p10, 0.1),
        "days_pinball90": pinball(truth, p90, 0.9),
    }
    return dict(rounded(found))
