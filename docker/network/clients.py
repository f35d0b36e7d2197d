"""Whom the demo's application signs for on a network: each member's machines, and the bank's two persons."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from chaincode.traceability.access import TABLE
from docker.network.topology import Organisation, Topology
from traceapp.demo.consortium import BANK

# What a firm's own authority lets its machines do.
ROLES = sorted(
    {role for rule in TABLE.values() if not rule.person for role in rule.roles}, key=lambda r: r != "recorder"
)
SETTLEMENT = "settlement"


@dataclass(frozen=True)
class Client:
    """A certificate to be issued and brought. `email`: of the one person whose it is, where it is somebody's own."""

    member: Organisation
    role: str
    email: str = ""

    @property
    def pseudonym(self) -> str:
        """What the certificate calls the person: no name, and the same each time. Empty for a machine."""
        return f"p-{hashlib.sha256(f'demo {self.email}'.encode()).hexdigest()[:16]}" if self.email else ""

    @property
    def name(self) -> str:
        return "-".join(filter(None, (self.member.key, self.role, self.pseudonym)))

    @property
    def options(self) -> list[str]:
        """Of `manage.py import_identity`, but for the files."""
        return [self.member.msp_id, "--role", self.role, *(["--person", self.email] if self.email else [])]


def clients(topology: Topology) -> Iterator[Client]:
    """Members that log goods, in each of a machine's roles; then the persons by whose word deposits become money.

    Each member's recorder first: what was logged waits for it.
    """
    for role in ROLES:
        yield from (Client(member, role) for member in topology.recorders)
    bank = topology.organisation(topology.settlement)
    if bank.pgln == BANK.pgln:
        yield from (Client(bank, SETTLEMENT, person.email) for person in BANK.people)
