"""The transactions of models, and their bulk queries.

Each takes one JSON object with its caller's id, works once for it, and returns the document it wrote. Any may refuse
with `bad_request`, `forbidden`, `not_found`, and, for what was done before, `already_recorded` or `conflict`.
"""

from dataclasses import replace
from typing import TypeVar

from chaincode.traceability import keys, queries, requests
from chaincode.traceability.access import Caller
from chaincode.traceability.canonical import Json, canonical
from chaincode.traceability.context import Context
from chaincode.traceability.documents import Document
from chaincode.traceability.errors import BAD_REQUEST, CONFLICT, NOT_FOUND, WRONG_STATE, ContractError
from chaincode.traceability.model_state import (
    Deployment,
    Forecast,
    Model,
    ModelHash,
    Report,
    Rollback,
    Serving,
)
from chaincode.traceability.rules import deployments, model_reports, model_requests, money
from chaincode.traceability.state import Holder
from chaincode.traceability.writing import now, put

MAX_IDS = 1_000
MAX_PURPOSES = 100
MAX_WINDOWS = 200

AnyDocument = TypeVar("AnyDocument", bound=Document)


def register_model(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, purpose, hash, dataset, predictions, code, card}: one version more for the purpose."""
    asked = model_requests.registration(request_json)
    if (held := _found(ctx, keys.model(asked.id), Model)) is not None:
        deployments.refuse_registered(held, asked, caller)
    me = Holder(money.msp_id(caller.msp_id, "the caller's MSP id"), caller.organisation)
    taken_key = keys.model_hash(me, asked.purpose, asked.hash)
    if (taken := _found(ctx, taken_key, ModelHash)) is not None:
        raise ContractError(CONFLICT, f"this model's hash is registered already, as {taken.model}")
    serving_key = keys.serving(me, asked.purpose)
    serving = _found(ctx, serving_key, Serving) or deployments.nothing_served(caller, asked.purpose, now(ctx))
    model, counted = deployments.registered(asked, serving, now(ctx))
    ctx.put_state(serving_key, counted.encode())
    ctx.put_state(taken_key, ModelHash(model.id).encode())
    return put(ctx, keys.model(model.id), model, event="model_registered")


def propose_deployment(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, model, electorate, threshold, deadline, reporters, limits}: that a version go live. By its owner.

    Also refuses with `model_suspended` and `wrong_state`.
    """
    asked = model_requests.proposal(request_json)
    if (held := _found(ctx, keys.deployment(asked.id), Deployment)) is not None:
        deployments.refuse_proposed(held, asked, caller)
    model = _model(ctx, asked.model)
    deployments.need_owner(model, caller)
    serving = _serving(ctx, model)
    current = _deployment(ctx, serving.decided) if serving.decided else None
    made, named = deployments.proposed(asked, model, serving, current, now(ctx))
    ctx.put_state(keys.model(named.id), named.encode())
    return put(ctx, keys.deployment(made.id), made, event="deployment_proposed")


def vote(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, deployment, choice}: approve or reject, once. The vote that decides makes the version live.

    Also refuses with `already_voted`, `wrong_state`, `too_late` and `model_suspended`.
    """
    asked = model_requests.ballot(request_json)
    held = _deployment(ctx, asked.deployment)
    model = _model(ctx, held.model)
    serving, at = _serving(ctx, model), now(ctx)
    after = deployments.voted(held, model, serving, asked=asked, caller=caller, at=at)
    if after.state == deployments.PASSED:
        _write_status(ctx, replace(model, status=deployments.LIVE, status_at=at, deployment=after.id))
        if serving.live is not None:
            _write_status(ctx, replace(_model(ctx, serving.live.model), status=deployments.SUPERSEDED, status_at=at))
        _write_serving(ctx, deployments.gone_live(serving, after, asked.id, at))
    return put(ctx, keys.deployment(after.id), after, event="voted")


def roll_back(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, model, reason}: from the live version, one step, to the last good one. By the owner.

    Needs no vote: that version had its own. Also refuses with `wrong_state`.
    """
    asked = model_requests.step_back(request_json)
    if (held := _found(ctx, keys.rollback(asked.id), Rollback)) is not None:
        deployments.refuse_rolled_back(held, asked, caller)
    model, at = _model(ctx, asked.model), now(ctx)
    deployments.need_owner(model, caller)
    made, serving = deployments.rolled_back(_serving(ctx, model), asked, at)
    _write_status(ctx, replace(model, status=deployments.WITHDRAWN, status_at=at))
    _write_status(ctx, replace(_model(ctx, made.to), status=deployments.LIVE, status_at=at))
    _write_serving(ctx, serving)
    return put(ctx, keys.rollback(made.id), made, event="rolled_back")


def record_forecast(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, model, window, inputs, predictions, rows}: what a version foretells, as hashes. By its owner."""
    asked = model_requests.foretold(request_json)
    if (held := _found(ctx, keys.forecast(asked.id), Forecast)) is not None:
        model_reports.refuse_recorded(held, asked, caller)
    model = _model(ctx, asked.model)
    deployments.need_owner(model, caller)
    made = model_reports.recorded(asked, model, _serving(ctx, model), now(ctx))
    return put(ctx, keys.forecast(made.id), made, event="forecast_recorded")


def report_metric(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, forecast, predictions, window, figures, groups}: what a named reporter worked out of a forecast.

    Suspends the version when a majority of the reporters, and two at least, find the same figure past its limit. Also
    refuses with `already_reported`, `too_early` and `wrong_state` (no reporters are named yet).
    """
    asked = model_requests.measured(request_json)
    forecast = _need(ctx, keys.forecast(asked.forecast), Forecast, f"there is no forecast {asked.forecast}")
    deployment = _watched_by(ctx, forecast)
    if deployment is None:
        raise ContractError(WRONG_STATE, f"model {forecast.model} was never proposed: it has no reporters")
    made = model_reports.reported(asked, forecast, deployment, caller, now(ctx))
    key = keys.metric(forecast.id, made.msp_id)
    said = _reports(ctx, forecast.id, deployment)
    if (held := next((one for one in said if one.msp_id == made.msp_id), None)) is not None:
        model_reports.refuse_reported(held, asked)
    _suspend_if_agreed(ctx, made, [*said, made], deployment)
    return put(ctx, key, made, event="metric_reported")


def get_models(ctx: Context, request_json: str) -> bytes:
    """{ids}: {id: document or null}."""
    return queries.documents(ctx, keys.model, _ids(request_json))


def get_deployments(ctx: Context, request_json: str) -> bytes:
    """{ids}: {id: document or null}."""
    return queries.documents(ctx, keys.deployment, _ids(request_json))


def get_forecasts(ctx: Context, request_json: str) -> bytes:
    """{ids}: {id: document or null}."""
    return queries.documents(ctx, keys.forecast, _ids(request_json))


def get_serving(ctx: Context, request_json: str) -> bytes:
    """{mspId, organisation, purposes}: {purpose: document or null}."""
    found = requests.members(request_json, ("mspId", "organisation", "purposes"))
    owner = money.holder({"mspId": found["mspId"], "organisation": found["organisation"]}, "owner")
    wanted = found["purposes"]
    if not isinstance(wanted, list) or len(wanted) > MAX_PURPOSES:
        raise ContractError(BAD_REQUEST, f"purposes must be a list of at most {MAX_PURPOSES}")
    named = [model_requests.purpose(one, f"purposes[{index}]") for index, one in enumerate(wanted)]
    return queries.documents(ctx, lambda purpose: keys.serving(owner, purpose), list(dict.fromkeys(named)))


def get_metrics(ctx: Context, request_json: str) -> bytes:
    """{forecasts}: {id: [report, ...]}, those of its reporters that have reported, in the order they are named."""
    wanted = queries.ids_of(requests.members(request_json, ("forecasts",))["forecasts"], MAX_WINDOWS)
    answer: dict[str, Json] = {}
    for one in wanted:
        forecast = _found(ctx, keys.forecast(one), Forecast)
        named = _watched_by(ctx, forecast) if forecast else None
        answer[one] = [report.plain() for report in _reports(ctx, one, named)] if named else []
    return canonical(answer)


def _suspend_if_agreed(ctx: Context, made: Report, said: list[Report], deployment: Deployment) -> None:
    figures = model_reports.agreed(said, deployment.reporters)
    model = _model(ctx, made.model) if figures else None
    if model is None or model.status in (deployments.SUSPENDED, deployments.REGISTERED):
        return
    serving, at = _serving(ctx, model), made.recorded_at
    if serving.live is not None and serving.live.model == model.id:
        serving = deployments.stepped_back(serving, deployments.SUSPENSION, made.id, at)
        if serving.live is not None:
            _write_status(ctx, replace(_model(ctx, serving.live.model), status=deployments.LIVE, status_at=at))
    _write_serving(ctx, deployments.without(serving, model.id))
    _write_status(ctx, replace(model, status=deployments.SUSPENDED, status_at=at))
    to = serving.live.model if serving.live else ""
    ended = model_reports.suspended(made, model, figures, said, to)
    ctx.put_state(keys.suspension(model.id), ended.encode())


def _reports(ctx: Context, forecast: str, deployment: Deployment) -> list[Report]:
    wanted = [keys.metric(forecast, one.msp_id) for one in deployment.reporters]
    return [Report.decode(data) for data in ctx.get_state_multiple(wanted) if data is not None]


def _watched_by(ctx: Context, forecast: Forecast) -> Deployment | None:
    """The deployment that names a forecast's reporters: that of its time, else the model's latest."""
    named = forecast.deployment or _model(ctx, forecast.model).deployment
    return _deployment(ctx, named) if named else None


def _write_status(ctx: Context, model: Model) -> None:
    ctx.put_state(keys.model(model.id), model.encode())


def _write_serving(ctx: Context, serving: Serving) -> None:
    owner = Holder(serving.msp_id, serving.organisation)
    ctx.put_state(keys.serving(owner, serving.purpose), serving.encode())


def _model(ctx: Context, model_id: str) -> Model:
    return _need(ctx, keys.model(model_id), Model, f"there is no model {model_id}: register it first")


def _deployment(ctx: Context, deployment_id: str) -> Deployment:
    return _need(ctx, keys.deployment(deployment_id), Deployment, f"there is no deployment {deployment_id}")


def _serving(ctx: Context, model: Model) -> Serving:
    key = keys.serving(Holder(model.msp_id, model.organisation), model.purpose)
    return _need(ctx, key, Serving, f"nothing is served for {model.purpose}")


def _need(ctx: Context, key: str, kind: type[AnyDocument], missing: str) -> AnyDocument:
    found = _found(ctx, key, kind)
    if found is None:
        raise ContractError(NOT_FOUND, missing)
    return found


def _found(ctx: Context, key: str, kind: type[AnyDocument]) -> AnyDocument | None:
    found = ctx.get_state(key)
    return None if found is None else kind.decode(found)


def _ids(request_json: str) -> list[str]:
    return queries.ids_of(requests.members(request_json, ("ids",))["ids"], MAX_IDS)
