"""How the index of forecast statements follows from their records: which run a statement belongs to."""

from collections.abc import Mapping, Sequence
from typing import Any

from forecasting.models import Run
from traceapp.ledger.models import Record, RecordKind


class ForecastStatements:
    """One row of `Run` a statement: run, dataset root, predictions and model hashes."""

    name = str(RecordKind.FORECAST)

    def expected(self, record: Record, body: dict[str, Any]) -> tuple[str, ...]:
        said = body["statement"]
        return str(said["run"]), said["dataset"]["root"], said["predictions"]["hash"], said["model"]

    def stored(self, pks: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        runs = Run.objects.filter(record_id__in=pks)
        return {run.record_id: _index(run) for run in runs if run.record_id is not None}

    def rebuild(self, record: Record, body: dict[str, Any]) -> None:
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
