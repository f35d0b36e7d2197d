"""What was foretold, what reporters say of it, and when a majority of them suspends a version."""

from collections.abc import Sequence
from math import isqrt

from chaincode.traceability import ids
from chaincode.traceability.access import Caller
from chaincode.traceability.errors import ALREADY_REPORTED, CONFLICT, FORBIDDEN, TOO_EARLY, ContractError
from chaincode.traceability.model_state import (
    Deployment,
    Figures,
    Forecast,
    Limits,
    Model,
    Report,
    Serving,
    Suspension,
)
from chaincode.traceability.rules.deployments import LIVE
from chaincode.traceability.rules.model_requests import MILLION, Foretold, Measured
from chaincode.traceability.state import Holder

AHEAD, AFTERWARDS = "ahead", "afterwards"
LIVE_MODE, SHADOW = "live", "shadow"
LEAST_REPORTERS = 2
LEAST_ROWS = 20
KINDS = ("error", "coverage", "bias", "psi")


def recorded(asked: Foretold, model: Model, serving: Serving, at: str) -> Forecast:
    """The document. A live version's reporters are those it went live with; a shadow's, those last proposed."""
    live = model.status == LIVE and serving.live is not None
    deployment = serving.live.deployment if live and serving.live else model.deployment
    return Forecast(
        id=asked.id,
        model=asked.model,
        purpose=model.purpose,
        deployment=deployment,
        mode=LIVE_MODE if live else SHADOW,
        timing=AHEAD if asked.window.from_ > at[:10] else AFTERWARDS,
        window=asked.window,
        inputs=asked.inputs,
        predictions=asked.predictions,
        rows=asked.rows,
        organisation=model.organisation,
        msp_id=model.msp_id,
        recorded_at=at,
    )


def refuse_recorded(held: Forecast, asked: Foretold, caller: Caller) -> None:
    same = Foretold(**{name: getattr(held, name) for name in vars(asked)}) == asked
    mine = (held.msp_id, held.organisation) == (caller.msp_id, caller.organisation)
    ids.refuse_repeat(same=same and mine, what=f"forecast {held.id} of model {held.model} is recorded")


def reported(asked: Measured, forecast: Forecast, deployment: Deployment, caller: Caller, at: str) -> Report:
    """One reporter's figures for a forecast's window.

    ContractError `forbidden` (not named), `conflict` (of other predictions or another window), `too_early`.
    """
    if Holder(caller.msp_id, caller.organisation) not in deployment.reporters:
        raise ContractError(
            FORBIDDEN, f"{caller.organisation} ({caller.msp_id}) is no reporter of deployment {deployment.id}"
        )
    if asked.predictions != forecast.predictions or asked.window != forecast.window:
        raise ContractError(CONFLICT, f"forecast {forecast.id} has other predictions, or another window")
    if at[:10] <= forecast.window.to:
        raise ContractError(TOO_EARLY, f"the window ends with {forecast.window.to}: report after that day")
    if asked.figures.rows > forecast.rows:
        raise ContractError(CONFLICT, f"forecast {forecast.id} has {forecast.rows} rows, not {asked.figures.rows}")
    return Report(
        id=asked.id,
        forecast=forecast.id,
        model=forecast.model,
        deployment=deployment.id,
        predictions=asked.predictions,
        window=asked.window,
        figures=asked.figures,
        groups=asked.groups,
        beyond=beyond(asked.figures, deployment.limits),
        organisation=caller.organisation,
        msp_id=caller.msp_id,
        recorded_at=at,
    )


def refuse_reported(held: Report, asked: Measured) -> None:
    """A reporter has one say of a window: the same again is a repeat, anything else is refused."""
    if held.id != asked.id:
        raise ContractError(ALREADY_REPORTED, f"report {held.id} of {held.recorded_at} is for this window already")
    same = (held.forecast, held.figures, held.groups) == (asked.forecast, asked.figures, asked.groups)
    ids.refuse_repeat(same=same, what=f"report {held.id} is recorded for forecast {held.forecast}")


def beyond(figures: Figures, limits: Limits) -> tuple[str, ...]:
    """Which figures are past their limits. At the limit is not past it, and few rows say nothing.

    Coverage is a share of the rows: it is past its limit when it is more than two standard errors below.
    """
    if figures.rows < LEAST_ROWS:
        return ()
    noise = isqrt(4 * limits.coverage * (MILLION - limits.coverage) // figures.rows)
    past = {
        "error": figures.error > limits.error,
        "coverage": figures.coverage < limits.coverage - noise,
        "bias": abs(figures.bias) > limits.bias,
        "psi": figures.psi > limits.psi,
    }
    return tuple(kind for kind in KINDS if past[kind])


def agreed(reports: Sequence[Report], reporters: Sequence[Holder]) -> tuple[str, ...]:
    """Figures that more than half of all named reporters, and two at least, find past their limits."""
    said = [one for one in reports if Holder(one.msp_id, one.organisation) in reporters]
    return tuple(
        kind
        for kind in KINDS
        if (count := sum(kind in one.beyond for one in said)) >= LEAST_REPORTERS and 2 * count > len(reporters)
    )


def suspended(report: Report, model: Model, figures: tuple[str, ...], said: Sequence[Report], to: str) -> Suspension:
    who = tuple(Holder(one.msp_id, one.organisation) for one in said if set(one.beyond) & set(figures))
    return Suspension(
        id=report.id,
        model=model.id,
        purpose=model.purpose,
        forecast=report.forecast,
        figures=figures,
        reporters=who,
        to=to,
        organisation=model.organisation,
        msp_id=model.msp_id,
        at=report.recorded_at,
    )
