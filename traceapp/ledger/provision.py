"""Make organisations known to the ledger, where this instance may: a member of the channel, a key, a certificate."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from traceapp.accounts.models import Organisation
from traceapp.ledger import succession, trust
from traceapp.ledger.members import Identity
from traceapp.ledger.outgoing import RECORDER, Call
from traceapp.ledger.port import Ledger


class Issuer(Protocol):
    """A ledger whose organisations' certificate authorities this instance runs."""

    def client_identity(
        self, msp_id: str, *, org: str, role: str, person: str = "", custodial: bool = False
    ) -> tuple[bytes, bytes]:
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
    members = list(Organisation.objects.order_by("pk"))
    if found is None:
        trust.pin(ledger.trust())
        return []
    if not members:
        return []  # a channel is founded by its first members
    if trust.is_pinned():
        ledger.height()
    newcomers = list(_without_identity())
    missing = list(_missing_for_calls())
    if newcomers or missing or not trust.is_pinned():
        issuer = found([(one.msp_id, one.name, one.pgln) for one in members])
        for organisation in newcomers:
            _give_identity(organisation, issuer)
        for call in missing:
            _give_identity(call.organisation, issuer, role=call.role, person=call.person)
    trust.pin(ledger.trust(), admitted={one.msp_id for one in members})
    return newcomers


def wanted(found: Founder | None) -> bool:
    """Whether an organisation waits for its identity, or a call for one of its role."""
    return found is not None and (_without_identity().exists() or _missing_for_calls().exists())


def renew(organisation: Organisation, found: Founder, *, role: str = RECORDER, person: str = "") -> None:
    """Give an organisation a new key and certificate by its own authority, which this instance runs."""
    issuer = found([(organisation.msp_id, organisation.name, organisation.pgln)])
    _give_identity(organisation, issuer, role=role, person=person)


def _without_identity() -> QuerySet[Organisation]:
    held = Identity.objects.filter(organisation=OuterRef("pk"), role=RECORDER)
    return Organisation.objects.filter(~Exists(held)).order_by("pk")


def _missing_for_calls() -> QuerySet[Call]:
    """One call of each role that has no certificate yet. Roles get theirs when they first have something to sign."""
    one = {name: OuterRef(name) for name in ("organisation", "role", "person")}
    waiting = Call.objects.filter(state=Call.State.CLAIMED).filter(~Exists(Identity.objects.filter(**one)))
    first = Call.objects.filter(state=Call.State.CLAIMED, **one).order_by("pk").values("pk")[:1]
    return waiting.filter(pk=Subquery(first)).select_related("organisation").order_by("pk")


def _give_identity(organisation: Organisation, issuer: Issuer, *, role: str = RECORDER, person: str = "") -> None:
    key, certificate = issuer.client_identity(
        organisation.msp_id, org=organisation.pgln, role=role, person=person, custodial=True
    )
    succession.bring(organisation, key, certificate, role=role, person=person)
