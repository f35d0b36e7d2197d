"""What a leg measured, held against its rule: figures, excursions, warning. Worked out anew for each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from traceapp.coldchain.models import Leg
from traceapp.coldchain.readings import SHOWN, Measured, measured
from traceapp.coldchain.rules import rule_of
from traceapp.sensors import excursions
from traceapp.sensors.excursions import Excursion, Rule, Warning
from traceapp.sensors.holding import Held, hold
from traceapp.sensors.summary import Summary, summarise
from traceapp.sensors.units import Quantity

if TYPE_CHECKING:
    from traceapp.coldchain.gathered import Series


@dataclass(frozen=True)
class Judged:
    """A leg until `until`: its end, or now. `held`, `summary` and `excursions` rest on verified readings alone."""

    leg: Leg
    rule: Rule
    until: datetime
    measured: Measured
    held: Held
    summary: Summary
    excursions: list[Excursion]
    warning: Warning | None

    @property
    def probes(self) -> Series:
        return self.measured.of(Quantity.TEMPERATURE)


def judge(leg: Leg, now: datetime, *, rule: Rule | None = None, quantities: Sequence[str] = SHOWN) -> Judged:
    """The leg as verified bytes tell it."""
    rule = rule or rule_of(leg)
    until = min(leg.ended or now, now) if leg.began <= now else leg.began
    found = measured(leg.device, leg.began, max(until, leg.began), quantities)
    held = _held(found.of(Quantity.TEMPERATURE), leg, until, rule)
    return Judged(
        leg=leg,
        rule=rule,
        until=until,
        measured=found,
        held=held,
        summary=summarise(held, rule.low, rule.high, rule.mkt_window),
        excursions=excursions.find(held, rule),
        warning=excursions.warning(held, rule) if leg.ended is None else None,
    )


def with_waiting(judged: Judged) -> tuple[list[Excursion], Warning | None]:
    """Excursions and warning by all readings, also those that wait for the ledger: an alarm does not wait for it."""
    import numpy as np

    if not judged.measured.waiting:
        return judged.excursions, judged.warning
    series = [judged.measured.of(Quantity.TEMPERATURE)]
    if Quantity.TEMPERATURE in judged.measured.pending:
        series.append(judged.measured.pending[Quantity.TEMPERATURE])
    times, values = (np.concatenate([one[part] for one in series]) for part in (0, 1))
    held = _held((times, values), judged.leg, judged.until, judged.rule)
    return excursions.find(held, judged.rule), excursions.warning(held, judged.rule) if not judged.leg.ended else None


def _held(series: Series, leg: Leg, until: datetime, rule: Rule) -> Held:
    start = leg.began.timestamp()
    return hold(*series, start, max(start, until.timestamp()), rule.max_interval)
