"""One score with all that was ever decided on it, each compared with what the ledger says now."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from forecasting.governance.decisions import score
from forecasting.governance.models import Decision
from forecasting.models import DelayPrediction, Run, Series
from forecasting.scoring.models import ScoreJob
from traceapp.accounts.visibility import Viewer
from traceapp.ledger import verified

CHANGED = "The decision stored here is not the one on the ledger. Shown is what the ledger confirms."


@dataclass(frozen=True)
class Stated:
    """A decision. `said` is what the ledger confirms, else what is stored; `state` a badge's name; `words` why."""

    decision: Decision
    said: dict[str, Any]
    state: str
    words: str
    moved: bool

    @property
    def chance(self) -> float | None:
        """The chance of being late that somebody believed in instead; None where it was only acted on."""
        return float(self.said["instead"]) if self.said["instead"] else None

    @property
    def output(self) -> float:
        return float(self.said["output"]["late"])


def scores(viewer: Viewer) -> QuerySet[DelayPrediction]:
    found = DelayPrediction.objects.filter(run__organisation_id=viewer.organisation_id or 0)
    return found.select_related("run__record", "run__organisation")


def jobs_of(run: Run) -> list[ScoreJob]:
    """The latest times that a run's model was asked anew."""
    return list(ScoreJob.objects.filter(run=run)[:5])


def score_of(viewer: Viewer, run: UUID, record: UUID) -> DelayPrediction | None:
    return scores(viewer).filter(run__uid=run, record_uid=record).first()


def decisions(row: DelayPrediction) -> list[Stated]:
    """On this score and on later ones of the same delivery by other runs, newest first."""
    found = Decision.objects.filter(organisation=row.run.organisation_id, statement__of__record=str(row.record_uid))
    return _judged(list(found.select_related("run")), {(row.run_id, str(row.record_uid)): row})


@dataclass(frozen=True)
class Expected:
    """What somebody expects to sell instead, in a period; beside what the model said. As the ledger confirms it."""

    stated: Stated
    day: date
    instead: float
    mean: float


def demand_decisions(series: Series) -> list[Expected]:
    """On this series of this run, newest first."""
    of = {"statement__of__product": series.product, "statement__of__place": series.place}
    return _expectations(Decision.objects.filter(run=series.run_id, **of))


def expectations(run: Run) -> list[dict[str, Any]]:
    """What people expect instead in any series of a demand run, newest first; for programs."""
    found = _expectations(Decision.objects.filter(run=run, kind=Decision.Kind.OVERRIDE))
    return [
        {
            "product": one.stated.said["of"]["product"],
            "place": one.stated.said["of"]["place"],
            "date": one.day.isoformat(),
            "mean": one.mean,
            "instead": one.instead,
            "reason": one.stated.said["reason"],
            "state": one.stated.state,
        }
        for one in found
    ]


def _expectations(found: QuerySet[Decision]) -> list[Expected]:
    return [_expected(one) for one in _judged(list(found.select_related("run", "by", "record")), {})]


def _expected(one: Stated) -> Expected:
    said = one.said
    return Expected(one, date.fromisoformat(said["of"]["day"]), float(said["instead"]), float(said["output"]["mean"]))


def latest_overrides(rows: list[DelayPrediction]) -> dict[int, Stated]:
    """Of each of these scores the newest override of its own run, by the score's pk."""
    by_key = {(row.run_id, str(row.record_uid)): row for row in rows}
    found = Decision.objects.filter(run__in={row.run_id for row in rows}, kind=Decision.Kind.OVERRIDE)
    wanted: dict[tuple[int, str], Decision] = {}
    for one in found:
        wanted.setdefault(_key(one), one)
    kept = [one for key, one in wanted.items() if key in by_key]
    return {by_key[_key(each.decision)].pk: each for each in _judged(kept, by_key)}


def _key(one: Decision) -> tuple[int, str]:
    return one.run_id, str(one.statement.get("of", {}).get("record"))


def _judged(found: list[Decision], rows: dict[tuple[int, str], DelayPrediction]) -> list[Stated]:
    answer = verified.read([one.record_id for one in found if one.record_id is not None])
    sure = {one.pk: one.body["statement"] for one in answer.verified}
    unsure = {one.pk: one for one in answer.unverified}
    judged = []
    for one in found:
        row = rows.get(_key(one))
        said = sure.get(one.record_id or 0)
        if said is None:
            why = unsure.get(one.record_id)
            state = str(why.state) if why else "missing"
            words = why.reason if why else "It has no statement."
            judged.append(Stated(one, one.statement, state, words, _moved(one.statement, row)))
        elif said != one.statement:
            judged.append(Stated(one, said, "mismatch", CHANGED, _moved(said, row)))
        else:
            judged.append(Stated(one, said, "verified", "", _moved(said, row)))
    return judged


def _moved(said: dict[str, Any], row: DelayPrediction | None) -> bool:
    """Whether the score stored now is another than the one that was decided on."""
    return row is not None and any(said[name] != value for name, value in score(row).items())
