"""Who sees what. Every list, count, page, export and proof asks this module and no other.

Two questions, in this order: may this viewer read the record at all (`readable`, `relation`), and if so, which of its
fields (`may_see`, `redact`). The answer to the second depends on how the viewer stands to the record, its `Relation`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef, Q

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

SESSION_KEY = "organisation"


class Visibility(models.IntegerChoices):
    """The widest audience of a record; each field may have a narrower one."""

    PRIVATE = 0, "Only us"
    PARTIES = 1, "The parties named in it"
    CHAIN = 2, "Everyone who held the goods"
    PUBLIC = 3, "Everyone"


class Relation(StrEnum):
    """How a viewer stands to a record, nearest first."""

    OWNER = "owner"  # recorded it
    PARTY = "party"  # is named in it
    CHAIN = "chain"  # held the same goods before or after
    PUBLIC = "public"  # anyone


@dataclass(frozen=True)
class Viewer:
    """The organisation somebody acts for, and the roles they hold there. Without one they see what is public."""

    organisation_id: int | None
    roles: frozenset[str] = frozenset()

    @classmethod
    def nobody(cls) -> "Viewer":
        return cls(organisation_id=None)

    @property
    def acting_for(self) -> int:
        """The organisation's id, behind a door that lets in members only. PermissionDenied for nobody."""
        if self.organisation_id is None:
            raise PermissionDenied
        return self.organisation_id

    def has(self, *roles: str) -> bool:
        """Whether they hold one of `roles`; without any named, whether they belong to an organisation."""
        return self.organisation_id is not None and (not roles or not self.roles.isdisjoint(roles))


class Readable(Protocol):
    """A record, or anything that stands for one (`ledger.verified.VerifiedRecord`)."""

    @property
    def pk(self) -> int: ...

    @property
    def organisation_id(self) -> int: ...

    @property
    def visibility(self) -> int: ...


def viewer_of(request: "HttpRequest | Request") -> Viewer:
    """The viewer behind a request: by its API token's organisation, else by the session's active organisation."""
    known = getattr(request, "_viewer", None)
    if known is None:
        known = _token_viewer(request) or _session_viewer(request)
        request._viewer = known  # type: ignore[union-attr]
    return known


def _token_viewer(request: Any) -> Viewer | None:
    token = getattr(getattr(request, "auth", None), "api", None)
    if token is None:
        return None
    return _viewer(request.user, token.organisation_id)


def _session_viewer(request: Any) -> Viewer:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_active:
        return Viewer.nobody()
    session = getattr(request, "session", None)
    return _viewer(user, session.get(SESSION_KEY) if session is not None else None, else_first=True)


def _viewer(user: Any, organisation_id: int | None, *, else_first: bool = False) -> Viewer:
    """The roles are read each time: a role taken away counts from the next request on."""
    rows = list(user.memberships.order_by("organisation__name").values_list("organisation_id", "role"))
    held = {organisation for organisation, _ in rows}
    if organisation_id not in held:
        if not (else_first and rows):
            return Viewer.nobody()
        organisation_id = rows[0][0]
    return Viewer(organisation_id, frozenset(role for organisation, role in rows if organisation == organisation_id))


def _reader_model() -> type[models.Model]:
    return apps.get_model("ledger", "Reader")  # by name: the ledger's room is above this one


def readable(viewer: Viewer, prefix: str = "") -> Q:
    """The records `viewer` may read, as a condition on Record, or on a model that reaches it by `prefix` (`record__`).

    Reading rights are asked by EXISTS, never by a join: a join would repeat rows and falsify every count.
    """
    everyone = Q(**{f"{prefix}visibility": Visibility.PUBLIC})
    if viewer.organisation_id is None:
        return everyone
    rights = _reader_model()._default_manager.filter(
        record=OuterRef(f"{prefix}pk"), organisation_id=viewer.organisation_id
    )
    return (
        everyone
        | Q(**{f"{prefix}organisation": viewer.organisation_id})
        | (Q(**{f"{prefix}visibility": Visibility.CHAIN}) & Q(Exists(rights)))
        | (Q(**{f"{prefix}visibility": Visibility.PARTIES}) & Q(Exists(rights.filter(relation=Relation.PARTY))))
    )


def readable_as(viewer: Viewer, at_least: Relation, prefix: str = "") -> Q:
    """Of the readable records those to which the viewer stands so near: what a condition on a field has to ask first.

    With PUBLIC the same as `readable`.
    """
    if at_least is Relation.PUBLIC:
        return readable(viewer, prefix)
    if viewer.organisation_id is None:
        return Q(pk__in=())
    own = Q(**{f"{prefix}organisation": viewer.organisation_id})
    if at_least is Relation.OWNER:
        return own
    rights = _reader_model()._default_manager.filter(
        record=OuterRef(f"{prefix}pk"), organisation_id=viewer.organisation_id
    )
    parties = Q(**{f"{prefix}visibility__gte": Visibility.PARTIES}) & Q(Exists(rights.filter(relation=Relation.PARTY)))
    if at_least is Relation.PARTY:
        return own | parties
    return own | parties | (Q(**{f"{prefix}visibility__gte": Visibility.CHAIN}) & Q(Exists(rights)))


def sight(members: Iterable[str]) -> Relation:
    """How near one has to stand to an event to see all of these members of it."""
    pointers = [f"/event/{member}" for member in members]
    for wide in (Relation.PUBLIC, Relation.CHAIN):
        if all(may_see(pointer, wide) for pointer in pointers):
            return wide
    return Relation.PARTY


def relations(viewer: Viewer, records: Iterable[Readable]) -> dict[int, Relation | None]:
    """How the viewer stands to each record, by its pk; None: may not know that it exists. One query for all."""
    records = list(records)
    rights: dict[int, str] = {}
    if viewer.organisation_id is not None:
        shared = [record.pk for record in records if record.visibility > Visibility.PRIVATE]
        rights = _rights(viewer.organisation_id, shared)
    return {record.pk: _relation(viewer, record, rights.get(record.pk)) for record in records}


def _rights(organisation_id: int, pks: list[int]) -> dict[int, str]:
    if not pks:
        return {}
    rows = _reader_model()._default_manager.filter(organisation_id=organisation_id)
    found: dict[int, str] = {}
    for start in range(0, len(pks), 900):  # SQLite's limit on parameters, with room for ours
        found.update(rows.filter(record__in=pks[start : start + 900]).values_list("record_id", "relation"))
    return found


def _relation(viewer: Viewer, record: Readable, right: str | None) -> Relation | None:
    if viewer.organisation_id is not None and record.organisation_id == viewer.organisation_id:
        return Relation.OWNER
    if right == Relation.PARTY and record.visibility >= Visibility.PARTIES:
        return Relation.PARTY
    if right is not None and record.visibility >= Visibility.CHAIN:
        return Relation.CHAIN
    return Relation.PUBLIC if record.visibility == Visibility.PUBLIC else None


def relation(viewer: Viewer, record: Readable) -> Relation | None:
    """How the viewer stands to one record; None: may not know that it exists."""
    return relations(viewer, [record])[record.pk]


# Field by field. Owner and parties see all of it. The rest are lists of what may be seen: a field nobody thought of
# (an extension, a member of a later version) stays hidden.
_HEAD = frozenset({"/kind", "/recordedBy", "/recordTime"})
_PUBLIC_EVENT = frozenset(
    {
        *("type", "eventID", "eventTime", "eventTimeZoneOffset", "action", "errorDeclaration"),  # what and when
        *("bizStep", "disposition", "bizLocation", "readPoint", "certificationInfo"),  # why and where
        *("epcList", "parentID", "childEPCs", "inputEPCList", "outputEPCList", "transformationID"),  # which goods
    }
)
# Those who held the goods also see how much of them, and what was measured: tracing and recalls need it. Not: orders
# and invoices, who sold to whom, and extensions.
_CHAIN_EVENT = _PUBLIC_EVENT | {
    *("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"),
    *("ilmd", "sensorElementList", "persistentDisposition"),
}
_EVENT_MEMBERS = {Relation.CHAIN: _CHAIN_EVENT, Relation.PUBLIC: _PUBLIC_EVENT}


def may_see(pointer: str, relation: Relation | None) -> bool:
    """Whether a field, by its RFC 6901 pointer into the record (`/event/epcList/0`), may be shown."""
    if relation is None:
        return False
    if relation in (Relation.OWNER, Relation.PARTY) or pointer in _HEAD:
        return True
    _, _, rest = pointer.partition("/")
    section, _, member = rest.partition("/")
    if section == "event":
        return member.partition("/")[0] in _EVENT_MEMBERS[relation]
    if section == "message":
        return relation is Relation.CHAIN
    return section == "statement"  # a statement holds hashes, parameters and metrics: made to be shown


def redact(disclosures: Iterable[bytes], relation: Relation | None) -> list[bytes]:
    """The disclosures that may be shown. For those left out give their digests, so that the leaf still comes out."""
    return [one for one in disclosures if may_see(json.loads(one)[1], relation)]
