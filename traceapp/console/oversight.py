"""The ledger as a whole: how its nodes were when last looked at, and the verification that somebody asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Viewer
from traceapp.ledger import selectors, trust
from traceapp.ledger.oversight import Node, Verification
from traceapp.verifier.errors import TrustError

VERIFIERS: Final = (Role.ADMIN, Role.QUALITY)
LOOKED_WITHIN: Final = timedelta(seconds=60)
TAKEN_WITHIN: Final = timedelta(seconds=20)


@dataclass(frozen=True)
class NodeLine:
    """A node, and whose it is in words."""

    node: Node
    owner: str


@dataclass(frozen=True)
class Nodes:
    """All nodes as they were `looked` at; None before the first time. `old`: too long ago to be told as of now."""

    lines: list[NodeLine]
    looked: datetime | None

    @property
    def unwell(self) -> int:
        return sum(line.node.well is False for line in self.lines)

    @property
    def old(self) -> bool:
        return self.looked is None or timezone.now() - self.looked > LOOKED_WITHIN


def nodes() -> Nodes:
    """Anyone may see them: they are the network's, not an organisation's records."""
    names = _names()
    found = list(Node.objects.all())
    lines = [NodeLine(node, names.get(node.msp_id, node.msp_id)) for node in found]
    return Nodes(lines, min((node.looked for node in found), default=None))


def _names() -> dict[str, str]:
    """Organisations' names by MSP id, the orderers' too, as the pinned trust file has them."""
    try:
        pinned = trust.pinned()
    except (trust.NotPinned, TrustError):
        return {}
    members = (*pinned.organisations.values(), *pinned.orderer_organisations.values())
    return {one.msp_id: one.name for one in members}


@dataclass(frozen=True)
class Progress:
    """The newest verification as a viewer may see it: `found` counts what concerns them; `ours`: they may stop it."""

    job: Verification
    found: int
    ours: bool

    @property
    def forsaken(self) -> bool:
        """Nobody has taken it for so long that a worker may be wanting."""
        return self.job.state == Verification.State.QUEUED and timezone.now() - self.job.created > TAKEN_WITHIN


def verification(viewer: Viewer) -> Progress | None:
    """The newest one, if anybody ever asked for one."""
    job = Verification.objects.first()
    if job is None:
        return None
    found = selectors.findings(viewer).filter(last_seen__gte=job.created).count()
    ours = viewer.has(*VERIFIERS) and job.organisation_id == viewer.organisation_id
    return Progress(job, found, ours)
