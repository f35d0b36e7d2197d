"""Named queries: kept for an organisation, never changed, read by their name."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.visibility import Viewer
from traceapp.query import document, parse
from traceapp.query.errors import QueryInvalid
from traceapp.query.models import NamedQuery

LONGEST_NAME = 200
MOST_QUERIES = 1000  # of one organisation


class NameTaken(ValueError):
    """There is a query of this name. Definitions do not change: delete it first, or take another name."""


def create(*, organisation: Organisation, user: User | None, name: Any, definition: Any) -> NamedQuery:
    """Keep a query. QueryError for a definition that is none, NameTaken."""
    _check_name(name)
    if not isinstance(definition, Mapping):
        raise QueryInvalid("query", "an object of query parameters is expected")
    parse.query(definition)
    if NamedQuery.objects.filter(organisation=organisation).count() >= MOST_QUERIES:
        raise QueryInvalid("name", f"there are {MOST_QUERIES:,} queries already; delete some first")
    try:
        with transaction.atomic():
            return NamedQuery.objects.create(
                organisation=organisation, user=user, name=name, definition=dict(definition)
            )
    except IntegrityError as error:
        raise NameTaken(f"There is a query {name!r} already. Delete it first, or take another name.") from error


def _check_name(name: Any) -> None:
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise QueryInvalid("name", f"a name of 1 to {LONGEST_NAME} printable characters is expected")
    if name == document.SIMPLE:
        raise QueryInvalid("name", f"{name} is the standard's own query")


def queries_of(viewer: Viewer) -> Any:
    """The queries of the viewer's organisation, oldest first."""
    if viewer.organisation_id is None:
        return NamedQuery.objects.none()
    return NamedQuery.objects.filter(organisation_id=viewer.organisation_id)


def delete(query: NamedQuery) -> None:
    """Forget a query, with whatever hangs on it."""
    query.delete()


def as_epcis(query: NamedQuery) -> dict[str, Any]:
    """Name and definition, as they were given."""
    return {"name": query.name, "query": query.definition}
