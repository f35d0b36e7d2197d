"""What the ledger pages show beside what the ledger room already says."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Sum
from django.urls import reverse

from traceapp.ledger import roots, trust
from traceapp.ledger.models import Batch, Block, Finding
from traceapp.ledger.port import VALID
from traceapp.ledger.roots import Attested
from traceapp.verifier.errors import TrustError

MOST_BOXES = 18


@dataclass(frozen=True)
class Totals:
    records: int
    batches: int


@dataclass(frozen=True)
class BlockLine:
    """A block as a link of the chain, with a small box for each transaction."""

    block: Block

    @property
    def codes(self) -> list[bool]:
        """Valid or not, one a transaction, as many as fit."""
        return [one["code"] == VALID for one in self.block.transactions[:MOST_BOXES]]

    @property
    def hash(self) -> str:
        return bytes(self.block.header_hash).hex()[:8]

    @property
    def refused(self) -> int:
        return sum(one["code"] != VALID for one in self.block.transactions)


@dataclass(frozen=True)
class FindingLine:
    """A finding with where to look at it."""

    finding: Finding
    link: str

    @property
    def name(self) -> str:
        return str(self.finding.get_what_display())


def totals() -> Totals:
    """What is anchored with evidence, whoever may see it: these are counts of the ledger's own, public state."""
    found = Batch.objects.filter(evidenced__isnull=False).aggregate(records=Sum("size"), batches=Count("pk"))
    return Totals(found["records"] or 0, found["batches"])


def finding_lines(findings: Iterable[Finding]) -> list[FindingLine]:
    return [FindingLine(finding, _link(finding)) for finding in findings]


def _link(finding: Finding) -> str:
    if not finding.batch_id:
        return ""
    place = f"#row-{finding.record_pk}" if finding.record_pk else ""
    return reverse("ledger-batch", args=[finding.batch_id]) + place


def last_block() -> int | None:
    return Block.objects.order_by("-number").values_list("number", flat=True).first()


def anchor_of(batch_id: str) -> Attested | None:
    """The batch as several organisations attest it, checked now against the pinned trust; None while they do not."""
    found = roots.attested([batch_id]).get(batch_id)
    return found if isinstance(found, Attested) else None


def trust_fingerprint() -> str:
    """SHA-256 of the pinned trust in hex; empty while there is none, or it is damaged."""
    try:
        return str(trust.pinned().fingerprint)
    except (trust.NotPinned, TrustError):
        return ""
