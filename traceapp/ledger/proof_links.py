"""Links by which a person shows chosen fields of a record, with their proof, to somebody without an account.

A link is signed, not stored. What it opens is decided anew each time: it shows no more than the organisation that made
it may see on that day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core import signing

from traceapp.accounts.visibility import Viewer, relation
from traceapp.ledger import proof
from traceapp.ledger.models import Record

_SALT: Final = "traceapp.ledger.proof_links"
LONGEST: Final = timedelta(days=90)


class LinkRefused(Exception):
    """The link is no longer valid or never was; the message says which."""


@dataclass(frozen=True)
class Link:
    """Who shows which fields of what until when. `fields` None: all that the organisation may see."""

    uid: UUID
    organisation_id: int
    fields: tuple[str, ...] | None
    expires: datetime


def sign(*, record: Record, viewer: Viewer, fields: Sequence[str] | None, valid_for: timedelta) -> tuple[str, Link]:
    """A token for a link that opens for `valid_for`, after making sure that there is such a proof now.

    Raises proof.NoProof, proof.UnknownFields, ValueError for a time that is not within `LONGEST`, LinkRefused for a
    viewer who may not see the record.
    """
    if not timedelta(0) < valid_for <= LONGEST:
        raise ValueError(f"A link is valid for at most {LONGEST.days} days.")
    expires = (datetime.now(UTC) + valid_for).replace(microsecond=0)
    link = Link(record.uid, viewer.acting_for, None if fields is None else tuple(fields), expires)
    bundle_of(link)
    content = {
        "r": link.uid.hex,
        "o": link.organisation_id,
        "f": None if link.fields is None else list(link.fields),
        "e": int(expires.timestamp()),
    }
    return signing.dumps(content, salt=_SALT, compress=True), link


def opened(token: str) -> Link:
    """What a token stands for; LinkRefused if this server did not sign it, or if it expired."""
    try:
        content: dict[str, Any] = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise LinkRefused("This link is not one that was made here, or a part of it is missing.") from None
    expires = datetime.fromtimestamp(content["e"], UTC)
    if expires <= datetime.now(UTC):
        raise LinkRefused("This link has expired. Ask whoever gave it to you for a new one.")
    fields = None if content["f"] is None else tuple(content["f"])
    return Link(UUID(content["r"]), content["o"], fields, expires)


def bundle_of(link: Link) -> bytes:
    """The bundle that a link opens. LinkRefused, proof.NoProof or proof.UnknownFields."""
    record = Record.objects.filter(uid=link.uid).first()
    how = relation(Viewer(link.organisation_id), record) if record else None
    if record is None or how is None:
        raise LinkRefused("The record behind this link is not there, or no longer for its maker to show.")
    return proof.make(record, how, fields=link.fields)
