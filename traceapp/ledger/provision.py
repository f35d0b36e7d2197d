"""Make organisations known to the ledger, where this instance may: a member of the channel, a key, a certificate."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from traceapp.accounts.models import Organisation
from traceapp.ledger import succession, trust
from traceapp.ledger.credentials import RECORDER
from traceapp.ledger.port import Ledger


class Issuer(Protocol):
    """A ledger whose organisations' certificate authorities this instance runs."""

    def client_identity(self, msp_id: str, *, org: str, role: str, custodial: bool = False) -> tuple[bytes, bytes]:
        """(key PEM, certificate PEM) of a new client of an organisation."""

    def revoke(self, msp_id: str, serial: int) -> bool:
        """Have peers refuse a certificate from now on. False if they did before."""


Founder: TypeAlias = Callable[[Sequence[tuple[str, str, str]]], Issuer]
"""Founds the ledger if need be, lets these organisations (MSP id, name, PGLN) join, and can then issue for them."""


def provision(ledger: Ledger, found: Founder | None) -> list[Organisation]:
    """Give every organisation without an identity one, and pin the ledger's trust. Returns the newcomers.

    Can be repeated after a kill at any line: joining twice is joining once, and a key whose row was not written is
    replaced by a new one. Without a founder organisations bring their own identities, and only trust is pinned.
    A ledger that was pinned and is gone is Unavailable, and not founded anew.
    """
    members = list(Organisation.objects.select_related("ledger_identity").order_by("pk"))
    if found is None:
        trust.pin(ledger.trust())
        return []
    if not members:
        return []  # a channel is founded by its first members
    if trust.is_pinned():
        ledger.height()
    newcomers = [one for one in members if not hasattr(one, "ledger_identity")]
    if newcomers or not trust.is_pinned():
        issuer = found([(one.msp_id, one.name, one.pgln) for one in members])
        for organisation in newcomers:
            _give_identity(organisation, issuer)
    trust.pin(ledger.trust(), admitted={one.msp_id for one in members})
    return newcomers


def wanted(found: Founder | None) -> bool:
    """Whether an organisation waits for its identity."""
    return found is not None and Organisation.objects.filter(ledger_identity=None).exists()


def renew(organisation: Organisation, found: Founder) -> None:
    """Give an organisation a new key and certificate by its own authority, which this instance runs."""
    _give_identity(organisation, found([(organisation.msp_id, organisation.name, organisation.pgln)]))


def _give_identity(organisation: Organisation, issuer: Issuer) -> None:
    key, certificate = issuer.client_identity(organisation.msp_id, org=organisation.pgln, role=RECORDER, custodial=True)
    succession.bring(organisation, key, certificate)
