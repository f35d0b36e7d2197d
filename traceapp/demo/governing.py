"""The demo's models on the ledger, by the doors that analysts use: registered, proposed, voted on, reported on.

Of demand there are two versions: one that learnt until some weeks ago, so that reporters can compare what it said with
what came, and the newest, which is live: one click goes back. The delay model is in shadow and waits for a vote.
What is on the ledger already is not done again, so this may be cut off anywhere and be repeated.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from forecasting.governance import decisions, monitoring, registry
from forecasting.governance.models import Entry, MonitorJob, Version
from forecasting.models import DelayPrediction, Forecast, Kind, Run, TrainingJob
from forecasting.parameters import checked
from forecasting.reproduce import anchored
from traceapp.accounts.models import Organisation, User
from traceapp.accounts.roles import TRAINERS
from traceapp.demo.consortium import FIRMS
from traceapp.demo.money import code_for, confirm, organisation_of
from traceapp.intents.models import Intent
from traceapp.ledger import apps
from traceapp.ledger.members import Identity
from traceapp.ledger.outgoing import Call
from traceapp.ledger.settle import OPEN

OWNER: Final = "gruenmarkt"
JUDGES: Final = ("huerta-alba", "fjordlaks")
AGO: Final = timedelta(weeks=6)  # since then the first version learnt nothing
AHEAD: Final = 35  # days that it foretold: all of them are over
FUNCTIONS: Final = ("register_model", "record_forecast", "propose_deployment", "vote", "report_metric")

Wait = Callable[[Callable[[], bool]], None]


class Stopped(Exception):
    """Why the demo's models do not get further, as a sentence."""


def asked(kind: Kind, made: date, *, earlier: bool = False) -> dict[str, Any]:
    """What a training is asked; `earlier`: little, as of some weeks ago, since it is there to be compared."""
    then = {"until": str(made - AGO), "horizon": AHEAD, "origins": 1}
    return checked(kind, then if earlier else {})


@dataclass(frozen=True)
class Governing:
    """`made`: the day the demo's data end. `wait`: returns once a condition holds; `say`: a line of progress."""

    made: date
    wait: Wait
    say: Callable[[str], None]

    def go(self) -> None:
        """Everything there is to do. Raises Stopped, ModelError or DecisionError where something is refused."""
        if not equipped():
            self.say("Waiting for the certificates of analysts")
            self.wait(equipped)
        newest, delay = self._run(Kind.DEMAND), self._run(Kind.DELAY)
        earlier = self._run(Kind.DEMAND, earlier=True)
        before = self._voted(earlier, JUDGES)
        self._voted(newest, JUDGES)
        self._voted(delay, JUDGES[:1])
        self._reported(before)
        _decide(newest, delay)

    def _run(self, kind: Kind, *, earlier: bool = False) -> Run:
        wanted = asked(kind, self.made, earlier=earlier)
        jobs = TrainingJob.objects.filter(organisation=_organisation(OWNER), kind=kind, parameters=wanted)
        job = jobs.filter(run__isnull=False).first() or jobs.latest("created")
        self.say(f"Waiting for training {job.uid}: {kind.label.lower()}{', some weeks ago' if earlier else ''}")
        self.wait(lambda: not jobs.get(pk=job.pk).active)
        found = Run.objects.select_related("organisation", "record").filter(job=job).first()
        if found is None:
            raise Stopped(f"Training {job.uid} has no result; see Forecasts for the reason, and train again there.")
        self.wait(lambda: anchored(found)[0] is not None)
        return found

    def _voted(self, run: Run, judges: Sequence[str]) -> Version:
        """Registered, proposed, and approved by so many; where that is all of them, live."""
        version = registry.register(run=run, by=_analyst(OWNER))
        entry = self._entry(Entry.Kind.MODEL, version)
        if entry.content["status"] != "registered":
            return version
        if not Entry.objects.filter(kind=Entry.Kind.DEPLOYMENT, model=version.model).exists():
            self._confirm(f"Proposing {registry.number_of(version.model)} for {run.kind}", _propose(version))
        for key in judges:
            self._vote(key, self._entry(Entry.Kind.DEPLOYMENT, version))
        return version

    def _vote(self, key: str, proposal: Entry) -> None:
        said = {one["organisation"] for one in proposal.content["votes"]}
        if proposal.content["state"] == "open" and FIRMS[key].pgln not in said:
            what = f"{registry.number_of(proposal.model)} for {proposal.purpose}"
            wish = registry.vote(
                organisation=_organisation(key), by=_analyst(key), deployment=proposal, choice="approve"
            )
            self._confirm(f"{FIRMS[key].name} approves {what}", wish)

    def _reported(self, version: Version) -> None:
        """Both judges compare what was said of the weeks that are over with what came: a worker does it."""
        for key in JUDGES:
            job = monitoring.request(organisation=_organisation(key), model=version.model)
            if job is not None:
                self.say(f"{FIRMS[key].name} works out what became of {registry.number_of(version.model)}")
                self.wait(partial(_ended, job))
        self._settled()

    def _entry(self, kind: Entry.Kind, version: Version) -> Entry:
        self._settled()
        found = Entry.objects.filter(kind=kind, model=version.model)
        self.wait(found.exists)
        return found.latest("pk")

    def _confirm(self, words: str, wish: Intent) -> None:
        """With a second factor, as everybody; then until the ledger has said what it thinks of it."""
        self.say(words)
        self.wait(lambda: code_for(wish) is not None)
        calls = confirm(wish)
        self._settled()
        for one in Call.objects.filter(pk__in=[call.pk for call in calls], state=Call.State.INVALID):
            raise Stopped(f"{words}: the ledger refused it. {one.reason}")

    def _settled(self) -> None:
        """Until nothing about models is under way to the ledger."""
        self.wait(lambda: not Call.objects.filter(function__in=FUNCTIONS, state__in=OPEN).exists())


def _ended(job: MonitorJob) -> bool:
    return not MonitorJob.objects.get(pk=job.pk).active


def _propose(version: Version) -> Intent:
    judges = [_organisation(key) for key in JUDGES]
    return registry.propose(
        version=version,
        by=_analyst(OWNER),
        electorate=judges,
        threshold=len(judges),
        days=14,
        reporters=judges,
        limits=registry.DEFAULT_LIMITS,
    )


def _decide(newest: Run, delay: Run) -> None:
    """What the analyst made of a series, and of the two deliveries most likely to be late; once, by ids of runs."""
    by = _analyst(OWNER)
    row = Forecast.objects.filter(series__run=newest, mean__gt=0).select_related("series").first()
    if row is not None:
        decisions.override(
            run=newest,
            product=row.series.product,
            place=row.series.place,
            day=row.day,
            value=round(row.mean * 1.25),
            reason="A street festival at the door of the shop that day.",
            by=by,
            uid=uuid.uuid5(newest.uid, "demand"),
        )
    rows = list(DelayPrediction.objects.filter(run=delay).select_related("run")[:2])
    if rows:
        decisions.used(
            row=rows[0], decision="Moved a day forward with the carrier.", by=by, uid=uuid.uuid5(delay.uid, "used")
        )
    if len(rows) > 1:
        chance = round(rows[1].p_late / 2, 2)
        why = "The carrier confirmed by telephone that the lorry has left."
        decisions.override_delay(row=rows[1], chance=chance, reason=why, by=by, uid=uuid.uuid5(delay.uid, "override"))


def _organisation(key: str) -> Organisation:
    return organisation_of(FIRMS[key])


def _analyst(key: str) -> User:
    found = User.objects.filter(memberships__organisation__pgln=FIRMS[key].pgln, memberships__role__in=TRAINERS)
    return found.earliest("pk")


def equipped() -> bool:
    """Where authorities issue certificates, those of analysts are brought while the demo runs already."""
    wanted = {FIRMS[key].pgln for key in (OWNER, *JUDGES)}
    held = Identity.objects.filter(role=registry.ANALYST).values_list("organisation__pgln", flat=True)
    return apps.founder() is not None or wanted <= set(held)
