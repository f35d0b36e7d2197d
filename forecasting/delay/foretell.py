"""What a fitted model says of deliveries to come, and the model from its fitted numbers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from forecasting.delay.boosted import Boosted
from forecasting.delay.calibration import Calibration
from forecasting.delay.days import PastDelays
from forecasting.delay.deliveries import DeliveryRow
from forecasting.delay.ensemble import Ensemble, Features, Members
from forecasting.delay.features import features
from forecasting.delay.logistic import Logistic
from forecasting.delay.result import DelayRow
from forecasting.delay.words import reasons


def begun(rows: Sequence[DeliveryRow], known: Sequence[DeliveryRow], until: date) -> list[DeliveryRow]:
    """What histories are made of: known outcomes, and plans whose day has come: that they are overdue is known."""
    planned = [row for row in rows if row.scheduled <= until and (row.ordered is None or row.ordered <= until)]
    return list({row.uid: row for row in [*known, *planned]}.values())


def foretell(
    model: Ensemble, known: Sequence[DeliveryRow], ahead: Sequence[DeliveryRow], coming: Sequence[Features]
) -> list[DelayRow]:
    """`coming`: the features of `ahead`, in its order. Days are those of past deliveries alike."""
    delays = PastDelays(known, model.spread)
    said = zip(ahead, coming, model.probabilities(coming), model.contributions(coming), strict=True)
    return [
        DelayRow(row.uid, row.delivery, row.scheduled, chance, *delays.quantiles(row, chance), reasons(row, each, why))
        for row, each, chance, why in said
    ]


def model_of(parameters: Mapping[str, Any]) -> Ensemble:
    """The model from the numbers that were hashed, and from nothing else."""
    members = parameters["members"]
    return Ensemble(
        Members(Boosted(**members["trees"]), Logistic(**members["line"])),
        Calibration(**parameters["calibration"]),
        parameters.get("spread", 0.0),
    )


def planned_for(row: DeliveryRow, day: date) -> DeliveryRow:
    """The same delivery, planned for another day and not delivered."""
    return replace(row, scheduled=day, delay=None, recorded=None, outcome_uid="")


def score(
    model: Ensemble,
    rows: Sequence[DeliveryRow],
    known: Sequence[DeliveryRow],
    ahead: Sequence[DeliveryRow],
    until: date,
) -> list[DelayRow]:
    """Ask a model that learnt earlier, with the histories of `until`."""
    coming = features(ahead, begun(rows, known, until), horizon=1, until=until)
    return foretell(model, known, ahead, coming)
