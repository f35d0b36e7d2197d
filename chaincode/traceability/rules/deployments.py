"""How a model's version goes live, by votes, and how it stops to be so: what follows from what is on the ledger."""

from collections.abc import Iterable
from dataclasses import replace

from chaincode.traceability import ids
from chaincode.traceability.access import Caller
from chaincode.traceability.errors import (
    ALREADY_VOTED,
    BAD_REQUEST,
    CONFLICT,
    FORBIDDEN,
    MODEL_SUSPENDED,
    TOO_LATE,
    WRONG_STATE,
    ContractError,
)
from chaincode.traceability.model_state import Deployment, Good, Model, Rollback, Serving, Vote
from chaincode.traceability.rules import money
from chaincode.traceability.rules.model_requests import APPROVE, Ballot, Proposal, Registration, Return
from chaincode.traceability.state import Holder
from chaincode.traceability.times import later

REGISTERED, LIVE, SUPERSEDED, WITHDRAWN, SUSPENDED = "registered", "live", "superseded", "withdrawn", "suspended"
OPEN, PASSED, REJECTED = "open", "passed", "rejected"
NONE, VOTE, ROLLBACK, SUSPENSION = "none", "vote", "rollback", "suspension"
MOST_BEFORE = 20
MOST_DAYS_OPEN = 90


def nothing_served(caller: Caller, purpose: str, at: str) -> Serving:
    return Serving(
        organisation=caller.organisation,
        msp_id=money.msp_id(caller.msp_id, "the caller's MSP id"),
        purpose=purpose,
        versions=0,
        live=None,
        before=(),
        decided="",
        change=NONE,
        change_id="",
        changed_at=at,
    )


def registered(asked: Registration, serving: Serving, at: str) -> tuple[Model, Serving]:
    """(the new version, what is served, with one version more)."""
    counted = replace(serving, versions=serving.versions + 1)
    model = Model(
        **vars(asked),
        version=counted.versions,
        organisation=serving.organisation,
        msp_id=serving.msp_id,
        recorded_at=at,
        status=REGISTERED,
        status_at=at,
    )
    return model, counted


def refuse_registered(held: Model, asked: Registration, caller: Caller) -> None:
    """The id is taken: by this very request, or by another version."""
    same = Registration(**{name: getattr(held, name) for name in vars(asked)}) == asked and _owns(held, caller)
    ids.refuse_repeat(same=same, what=f"model {held.id} is registered: {held.purpose}, version {held.version}")


def proposed(
    asked: Proposal, model: Model, serving: Serving, current: Deployment | None, at: str
) -> tuple[Deployment, Model]:
    """(the proposal, the model that names it). `current` is the last deployment that was voted for.

    ContractError `model_suspended`, `wrong_state` (it is live), `bad_request`.
    """
    _refuse_suspended(model)
    if model.status == LIVE:
        raise ContractError(WRONG_STATE, f"model {model.id} is live")
    if not at < asked.deadline <= later(at, hours=24 * MOST_DAYS_OPEN):
        raise ContractError(BAD_REQUEST, f"deadline must be after {at}, by at most {MOST_DAYS_OPEN} days")
    if any(one.msp_id == model.msp_id for one in asked.reporters):
        raise ContractError(BAD_REQUEST, f"reporters must be independent of the model's owner, {model.msp_id}")
    other = current is not None and set(current.electorate) != set(asked.electorate)
    former = current if other else None
    made = Deployment(
        **vars(asked),
        purpose=model.purpose,
        organisation=model.organisation,
        msp_id=model.msp_id,
        follows=serving.change_id,
        former=former.electorate if former else (),
        former_threshold=former.threshold if former else 0,
        votes=(),
        state=OPEN,
        at=at,
    )
    return made, replace(model, deployment=made.id)


def refuse_proposed(held: Deployment, asked: Proposal, caller: Caller) -> None:
    same = Proposal(**{name: getattr(held, name) for name in vars(asked)}) == asked and _owns(held, caller)
    ids.refuse_repeat(same=same, what=f"deployment {held.id} is proposed for model {held.model}")


def voted(held: Deployment, model: Model, serving: Serving, *, asked: Ballot, caller: Caller, at: str) -> Deployment:
    """The proposal with one vote more, decided where that decides it.

    ContractError `forbidden`, `already_voted`, `wrong_state` (decided, or what is live changed since), `too_late`.
    """
    me = Holder(caller.msp_id, caller.organisation)
    if me not in (*held.electorate, *held.former):
        raise ContractError(FORBIDDEN, f"{me.organisation} ({me.msp_id}) is not of the electorate of {held.id}")
    _refuse_second(held, asked, me)
    if held.state != OPEN:
        raise ContractError(WRONG_STATE, f"deployment {held.id} was {held.state} at {held.decided_at}")
    if serving.change_id != held.follows:
        raise ContractError(WRONG_STATE, "what is live changed since this was proposed: propose it again")
    _refuse_suspended(model)
    if at > held.deadline:
        raise ContractError(TOO_LATE, f"the vote ended at {held.deadline}")
    vote = Vote(asked.id, me.msp_id, me.organisation, asked.choice, at)
    return _decided(replace(held, votes=(*held.votes, vote)), at)


def gone_live(serving: Serving, deployment: Deployment, vote_id: str, at: str) -> Serving:
    """The version that was voted for is served; the one before it is the last good one."""
    before = (*serving.before, serving.live) if serving.live else serving.before
    return replace(
        serving,
        live=Good(deployment.model, deployment.id),
        decided=deployment.id,
        before=tuple(one for one in before if one.model != deployment.model)[-MOST_BEFORE:],
        change=VOTE,
        change_id=vote_id,
        changed_at=at,
    )


def stepped_back(serving: Serving, change: str, change_id: str, at: str) -> Serving:
    """The last good version is served instead of the live one, or nothing where there is none."""
    return replace(
        serving,
        live=serving.before[-1] if serving.before else None,
        before=serving.before[:-1],
        change=change,
        change_id=change_id,
        changed_at=at,
    )


def without(serving: Serving, model: str) -> Serving:
    """What is no longer good is not gone back to."""
    return replace(serving, before=tuple(one for one in serving.before if one.model != model))


def rolled_back(serving: Serving, asked: Return, at: str) -> tuple[Rollback, Serving]:
    """ContractError `wrong_state`: another version is live, or none is to go back to."""
    if serving.live is None or serving.live.model != asked.model:
        raise ContractError(WRONG_STATE, f"model {asked.model} is not live: look at what is")
    if not serving.before:
        raise ContractError(WRONG_STATE, "there is no good version before this one to go back to")
    back = stepped_back(serving, ROLLBACK, asked.id, at)
    made = Rollback(
        id=asked.id,
        purpose=serving.purpose,
        from_=asked.model,
        to=serving.before[-1].model,
        reason=asked.reason,
        organisation=serving.organisation,
        msp_id=serving.msp_id,
        at=at,
    )
    return made, back


def refuse_rolled_back(held: Rollback, asked: Return, caller: Caller) -> None:
    same = (held.from_, held.reason) == (asked.model, asked.reason) and _owns(held, caller)
    ids.refuse_repeat(same=same, what=f"rollback {held.id} went from {held.from_} to {held.to}")


def need_owner(held: Model, caller: Caller) -> None:
    if not _owns(held, caller):
        raise ContractError(FORBIDDEN, f"model {held.id} belongs to {held.organisation} ({held.msp_id})")


def _refuse_suspended(model: Model) -> None:
    if model.status == SUSPENDED:
        raise ContractError(MODEL_SUSPENDED, f"model {model.id} was suspended: register a new version")


def _owns(held: Model | Deployment | Rollback, caller: Caller) -> bool:
    return (held.msp_id, held.organisation) == (caller.msp_id, caller.organisation)


def _refuse_second(held: Deployment, asked: Ballot, me: Holder) -> None:
    for one in held.votes:
        if (one.msp_id, one.organisation) == (me.msp_id, me.organisation):
            if one.id == asked.id:
                ids.refuse_repeat(same=one.choice == asked.choice, what=f"vote {one.id} is to {one.choice}")
            raise ContractError(ALREADY_VOTED, f"{me.organisation} has voted to {one.choice} at {one.at}")
        if one.id == asked.id:
            raise ContractError(CONFLICT, f"vote {one.id} is another's")


def _decided(held: Deployment, at: str) -> Deployment:
    bodies = [(held.electorate, held.threshold)]
    if held.former:
        bodies.append((held.former, held.former_threshold))
    if all(_count(held.votes, body, approving=True) >= threshold for body, threshold in bodies):
        return replace(held, state=PASSED, decided_at=at)
    if any(len(body) - _count(held.votes, body, approving=False) < threshold for body, threshold in bodies):
        return replace(held, state=REJECTED, decided_at=at)
    return held


def _count(votes: Iterable[Vote], body: tuple[Holder, ...], *, approving: bool) -> int:
    return sum(Holder(one.msp_id, one.organisation) in body and (one.choice == APPROVE) is approving for one in votes)
