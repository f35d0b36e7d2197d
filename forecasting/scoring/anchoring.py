"""The statement of scores made anew, and how the audit compares the stored scores with it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from forecasting.scoring.models import Score, ScoreJob
from forecasting.statement import delay_line, predictions_hash
from traceapp.ledger.models import Record

FORMAT: Final = "traceapp-scores/1"
SCORES: Final = "scores"


def statement(job: ScoreJob, scores: Sequence[Score], *, model: str, root: str, block: int) -> dict[str, Any]:
    """`root`: of the rows that were known; `model`: hash of the fitted numbers."""
    return {
        "format": FORMAT,
        "forecast": SCORES,
        "job": str(job.uid),
        "run": str(job.run.uid),
        "model": model,
        "dataset": {"root": root, "asOfBlock": block, "until": job.until.isoformat() if job.until else None},
        "predictions": {"hash": hash_of(scores), "rows": len(scores)},
    }


def hash_of(scores: Sequence[Score]) -> str:
    return predictions_hash(map(delay_line, scores))


def expected(said: Mapping[str, Any]) -> tuple[str, ...]:
    return SCORES, str(said["job"]), str(said["predictions"]["hash"])


def stored(pks: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """By the record's pk, from the scores as they are stored now."""
    jobs = ScoreJob.objects.filter(record_id__in=pks).prefetch_related("scores")
    return {one.record_id: (SCORES, str(one.uid), hash_of(list(one.scores.all()))) for one in jobs if one.record_id}


def rebuild(record: Record, said: Mapping[str, Any]) -> None:
    """The scores themselves cannot be made from a hash: a difference stays a finding."""
    ScoreJob.objects.filter(uid=said["job"]).update(record=record)
