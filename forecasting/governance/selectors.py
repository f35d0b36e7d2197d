"""Reads for pages and API of models. A version is seen by its owner, and by who votes or reports on it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from forecasting.governance import monitoring
from forecasting.governance.models import Entry, MonitorJob, Party, Version
from forecasting.governance.serving import Served, served
from forecasting.models import Kind, Run
from traceapp.accounts.models import Organisation
from traceapp.ledger.outgoing import Call

FIGURES = ("error", "coverage", "bias", "psi")


def versions(organisation: Organisation) -> QuerySet[Entry]:
    """Versions that concern an organisation, newest first."""
    part = Party.objects.filter(model=OuterRef("model"), msp_id=organisation.msp_id, pgln=organisation.pgln)
    mine = Q(msp_id=organisation.msp_id, pgln=organisation.pgln)
    found = Entry.objects.filter(mine | Exists(part), kind=Entry.Kind.MODEL)
    return found.order_by("-block", "-position", "-pk")


def version(organisation: Organisation, model: str) -> Entry | None:
    return versions(organisation).filter(model=model).first()


def mine(organisation: Organisation, model: str) -> Version | None:
    """The owner's own row of a version, with its run and card."""
    return Version.objects.select_related("run", "organisation").filter(organisation=organisation, model=model).first()


def names() -> dict[tuple[str, str], str]:
    return {(one.msp_id, one.pgln): one.name for one in Organisation.objects.all()}


@dataclass(frozen=True)
class Ballot:
    """One who votes, and what they have said: `approve`, `reject` or nothing yet."""

    name: str
    choice: str
    at: str


@dataclass(frozen=True)
class Proposal:
    entry: Entry
    state: str
    ballots: list[Ballot]
    approved: int
    threshold: int
    deadline: datetime
    reporters: list[str]
    limits: dict[str, int]
    may_vote: bool


def proposals(entry: Entry, organisation: Organisation) -> list[Proposal]:
    """Of a version, newest first."""
    found = Entry.objects.filter(kind=Entry.Kind.DEPLOYMENT, model=entry.model).order_by("-block", "-position")
    known = names()
    return [_proposal(one, organisation, known) for one in found]


def _proposal(entry: Entry, organisation: Organisation, known: dict[tuple[str, str], str]) -> Proposal:
    content = entry.content
    said = {(one["mspId"], one["organisation"]): one for one in content["votes"]}
    electors = _each([*content["electorate"], *content["former"]])
    deadline = datetime.fromisoformat(content["deadline"])
    ended = content["state"] == "open" and deadline < datetime.now(UTC)
    me = (organisation.msp_id, organisation.pgln)
    approved = [one for one in _each(content["electorate"]) if said.get(one, {}).get("choice") == "approve"]
    return Proposal(
        entry,
        "ended" if ended else content["state"],
        [Ballot(_name(one, known), *_said(said.get(one))) for one in electors],
        len(approved),
        content["threshold"],
        deadline,
        [_name(one, known) for one in _each(content["reporters"])],
        content["limits"],
        content["state"] == "open" and not ended and me in electors and me not in said,
    )


def to_vote(organisation: Organisation) -> list[Entry]:
    """Proposals that wait for this organisation's vote."""
    parts = Party.objects.filter(part=Party.Part.ELECTOR, msp_id=organisation.msp_id, pgln=organisation.pgln)
    found = Entry.objects.filter(pk__in=parts.values("entry"), content__state="open").order_by("block", "position")
    known = names()
    return [one for one in found if _proposal(one, organisation, known).may_vote]


@dataclass
class Measured:
    """What reporters said of one window."""

    start: str
    end: str
    mode: str
    timing: str
    forecast: str
    reports: list[tuple[str, Entry]] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)

    def value(self, figure: str) -> float | None:
        """The middle of what was reported, as a share."""
        values = sorted(one.content["figures"][figure] for _, one in self.reports)
        return values[(len(values) - 1) // 2] / 1_000_000 if values else None


def measured(entry: Entry) -> list[Measured]:
    """Windows of a version in order of time, with their reports."""
    known = names()
    limits = {
        one.content["id"]: one.content["limits"]
        for one in Entry.objects.filter(kind=Entry.Kind.DEPLOYMENT, model=entry.model)
    }
    reports: dict[str, list[tuple[str, Entry]]] = defaultdict(list)
    for one in Entry.objects.filter(kind=Entry.Kind.METRIC, model=entry.model):
        reports[one.content["forecast"]].append((_name((one.msp_id, one.pgln), known), one))
    found = [
        Measured(
            one.content["window"]["from"],
            one.content["window"]["to"],
            one.content["mode"],
            one.content["timing"],
            one.content["id"],
            sorted(reports[one.content["id"]], key=lambda pair: pair[0]),
            limits.get(one.content["deployment"] or entry.content["deployment"], {}),
        )
        for one in Entry.objects.filter(kind=Entry.Kind.FORECAST, model=entry.model)
    ]
    return sorted(found, key=lambda one: (one.start, one.forecast))


def history(entry: Entry) -> list[Entry]:
    """All that the ledger says of a version, oldest first."""
    return list(Entry.objects.filter(model=entry.model).exclude(kind=Entry.Kind.SERVING))


def served_by(organisation: Organisation) -> list[tuple[Kind, Served]]:
    return [(kind, served(organisation, kind)) for kind in Kind]


def registrable(organisation: Organisation) -> list[Run]:
    """The newest run of each kind that is not a version yet."""
    found = []
    for kind in Kind:
        run = Run.objects.filter(organisation=organisation, kind=kind).select_related("version").first()
        if run is not None and not hasattr(run, "version"):
            found.append(run)
    return found


def under_way(organisation: Organisation) -> list[Call]:
    """What was asked of the ledger about models and is not there yet, and what was refused lately."""
    functions = ("register_model", "propose_deployment", "vote", "roll_back", "report_metric")
    asked = Call.objects.filter(organisation=organisation, function__in=functions).order_by("-pk")[:30]
    return [one for one in asked if one.state != Call.State.VALID][:5]


def jobs(organisation: Organisation, model: str) -> list[MonitorJob]:
    found = MonitorJob.objects.filter(organisation=organisation, model=model)[:5]
    return list(found)


def due(organisation: Organisation, model: str) -> int:
    return len(monitoring.due(organisation, model))


def _each(holders: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((one["mspId"], one["organisation"]) for one in holders))


def _name(one: tuple[str, str], known: dict[tuple[str, str], str]) -> str:
    return known.get(one, f"{one[1]} ({one[0]})")


def _said(vote: dict[str, Any] | None) -> tuple[str, str]:
    return (vote["choice"], vote["at"]) if vote else ("", "")


def lines(windows: Iterable[Measured]) -> list[dict[str, Any]]:
    """One row a report and group, for files and API. `by` and `group` are empty for the whole."""
    return [line for window in windows for name, report in window.reports for line in _lines_of(window, name, report)]


def _lines_of(window: Measured, reporter: str, report: Entry) -> list[dict[str, Any]]:
    said = report.content
    whole = {"by": "", "name": "", **said["figures"]}
    return [
        {
            "from": window.start,
            "to": window.end,
            "mode": window.mode,
            "timing": window.timing,
            "reporter": reporter,
            "by": one["by"],
            "group": one["name"],
            "rows": one["rows"],
            **{figure: one[figure] / 1_000_000 if figure in one else None for figure in FIGURES},
            "beyond": " ".join(said["beyond"]) if one is whole else "",
            "forecast": window.forecast,
            "transaction": report.tx_id,
        }
        for one in [whole, *said["groups"]]
    ]
