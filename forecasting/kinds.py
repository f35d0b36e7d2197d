"""How the index of forecast statements follows from their records: which run a statement belongs to."""

from collections.abc import Mapping, Sequence
from typing import Any

from forecasting.governance.decisions import index_of
from forecasting.governance.models import Decision
from forecasting.models import Run
from forecasting.scoring import anchoring
from forecasting.snapshots import anchoring as snapshots
from traceapp.ledger.models import Record, RecordKind


class ForecastStatements:
    """One row of `Run` a run's statement: run, dataset root, predictions and model hashes. A decision's: `Decision`."""

    name = str(RecordKind.FORECAST)

    def expected(self, record: Record, body: dict[str, Any]) -> tuple[str, ...]:
        said = body["statement"]
        if said["forecast"] in Decision.Kind.values:
            return index_of(said)
        if said["forecast"] == anchoring.SCORES:
            return anchoring.expected(said)
        if said["forecast"] == snapshots.SNAPSHOT:
            return snapshots.expected(said)
        return str(said["run"]), said["dataset"]["root"], said["predictions"]["hash"], said["model"]

    def stored(self, pks: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        runs = Run.objects.filter(record_id__in=pks)
        found: dict[int, tuple[str, ...]] = {run.record_id: _index(run) for run in runs if run.record_id is not None}
        for one in Decision.objects.filter(record_id__in=pks):
            if one.record_id is not None:
                found[one.record_id] = index_of(one.statement)
        return found | anchoring.stored(pks) | snapshots.stored(pks)

    def rebuild(self, record: Record, body: dict[str, Any]) -> None:
        if body["statement"]["forecast"] in Decision.Kind.values:
            Decision.objects.filter(uid=body["statement"]["decision"]).update(
                record=record, statement=body["statement"]
            )
            return
        if body["statement"]["forecast"] == anchoring.SCORES:
            anchoring.rebuild(record, body["statement"])
            return
        if body["statement"]["forecast"] == snapshots.SNAPSHOT:
            snapshots.rebuild(record, body["statement"])
            return
        run, root, predictions, model = self.expected(record, body)
        Run.objects.filter(uid=run).update(
            record=record,
            statement=body["statement"],
            dataset_root=root,
            predictions_hash=predictions,
            model_hash=model,
        )


def _index(run: Run) -> tuple[str, ...]:
    return str(run.uid), run.dataset_root, run.predictions_hash, run.model_hash
