"""Links by which a person shows chosen fields of a record, with their proof, to somebody without an account.

What a link opens is decided anew each time: it shows no more than the organisation that made it may see on that day.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.core import signing
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from traceapp.accounts.models import User
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Relation, Viewer, relation
from traceapp.ledger import proof
from traceapp.ledger.models import Record
from traceapp.proofs.models import ProofLink

_SIGNER: Final = signing.Signer(salt="traceapp.proofs.links")
LONGEST: Final = timedelta(days=90)


class LinkRefused(Exception):
    """The link is no longer valid or never was: `state` is `unknown`, `expired`, `revoked` or `gone`."""

    def __init__(self, state: str) -> None:
        super().__init__(_words(state))
        self.state = state


def _words(state: str) -> str:
    return {
        "unknown": _("This link is not one that was made here, or a part of it is missing."),
        "expired": _("This link has expired. Ask whoever gave it to you for a new one."),
        "revoked": _("Whoever made this link has withdrawn it. Ask them for a new one."),
        "gone": _("The record behind this link is not there, or no longer for its maker to show."),
    }[state]


def make(
    *, record: Record, viewer: Viewer, maker: User | None, fields: Sequence[str] | None, valid_for: timedelta
) -> ProofLink:
    """A link that opens for `valid_for`, after making sure that there is such a proof now.

    Raises proof.NoProof, proof.UnknownFields, proof.ForbiddenFields, ValueError for a time that is not within
    `LONGEST`, LinkRefused for a viewer who may not see the record.
    """
    if not timedelta(0) < valid_for <= LONGEST:
        raise ValueError(f"A link is valid for at most {LONGEST.days} days.")
    link = ProofLink(
        key=secrets.token_urlsafe(16),
        record_uid=record.uid,
        organisation_id=viewer.acting_for,
        maker=maker,
        pointers=None if fields is None else list(dict.fromkeys(fields)),
        expires=(timezone.now() + valid_for).replace(microsecond=0),
    )
    bundle_of(link)
    link.save()
    return link


def revoke(*, link: ProofLink) -> None:
    """From the next request on it opens nothing. Once revoked it stays so."""
    ProofLink.objects.filter(pk=link.pk, revoked=None).update(revoked=timezone.now())


def token_of(link: ProofLink) -> str:
    """What its address ends with."""
    return _SIGNER.sign(link.key)


def opened(token: str) -> ProofLink:
    """The link that a token opens; LinkRefused if this server did not make it, if it expired or was revoked."""
    try:
        key = _SIGNER.unsign(token)
    except signing.BadSignature:
        raise LinkRefused("unknown") from None
    link = ProofLink.objects.select_related("organisation").filter(key=key).first()
    if link is None:
        raise LinkRefused("unknown")
    if link.state != "open":
        raise LinkRefused(link.state)
    return link


def record_of(link: ProofLink) -> tuple[Record, Relation]:
    """The record, and how the maker's organisation stands to it today. LinkRefused."""
    record = Record.objects.filter(uid=link.record_uid).first()
    how = relation(Viewer(link.organisation_id), record) if record else None
    if record is None or how is None:
        raise LinkRefused("gone")
    return record, how


def bundle_of(link: ProofLink) -> bytes:
    """The bundle that a link opens. LinkRefused, proof.NoProof, proof.UnknownFields or proof.ForbiddenFields."""
    record, how = record_of(link)
    return proof.make(record, how, fields=link.pointers)


def links_for(viewer: Viewer, user: Any) -> QuerySet[ProofLink]:
    """The links that somebody made for their organisation, newest first; all of them for its administrators."""
    mine = ProofLink.objects.filter(organisation_id=viewer.organisation_id or 0).select_related("maker")
    return mine if viewer.has(Role.ADMIN) else mine.filter(maker=user)
