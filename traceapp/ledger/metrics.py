"""What an operator wants to watch of the ledger, for `/metrics`."""

from collections.abc import Iterable
from datetime import UTC, datetime

from traceapp.ledger import selectors
from traceapp.ledger.models import Batch, Finding
from traceapp.ledger.oversight import Node
from traceapp.web.metrics import Metric, Sample


def collect() -> Iterable[Metric]:
    """Queue, projection, findings, and whether ledgerd runs."""
    status = selectors.ledger_status()
    waited = (datetime.now(UTC) - status.oldest_queued).total_seconds() if status.oldest_queued else 0.0
    findings = Finding.objects.filter(resolved=None).count()
    rejected = Batch.objects.filter(state=Batch.State.INVALID).count()
    unwell = Node.objects.filter(well=False).count()
    yield _gauge("up", "1 when ledgerd's heart beats.", float(status.running))
    yield _gauge("queued_records", "Records accepted and not yet on the ledger with evidence.", status.queued)
    yield _gauge("oldest_queued_seconds", "Age of the oldest record that no batch has claimed.", waited)
    yield _gauge("batches_under_way", "Batches claimed and not yet settled.", status.batches_under_way)
    yield _gauge("blocks_followed", "Blocks noted by the projection.", status.followed)
    yield _gauge("open_findings", "What does not match the ledger, as last checked.", findings)
    yield _gauge("rejected_batches", "Batches that the contract refused.", rejected)
    yield _gauge("nodes_unwell", "Nodes of the network that were not well when last looked at.", unwell)
    if status.scrub_age is not None:
        yield _gauge("scrub_age_seconds", "Since when everything stored was rechecked.", status.scrub_age)


def _gauge(name: str, text: str, value: float) -> Metric:
    return Metric(f"traceapp_ledger_{name}", text, (Sample(value),))
