"""Writing links: by the organisation that the code belongs to, and each change kept in the link's history."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from traceapp.epcis.digital_link import DigitalLink
from traceapp.provenance.link_rules import Errors, link_errors, normal_languages
from traceapp.provenance.link_types import normal
from traceapp.provenance.models import Link, Standing
from traceapp.provenance.ownership import owner_of

FIELDS = ("link_type", "href", "title", "languages", "media_type", "standing", "valid_from", "valid_until")
NOT_YOURS = (
    "This code is not yours: where it leads is said by whoever registered the product or place, or whose GS1 company "
    "prefix the number begins with."
)
MOST = 200


class LinkRefused(ValueError):
    """What is wrong, by field."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def normalised(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a link in the form in which they are stored."""
    given = {name: values[name] for name in FIELDS if name in values}
    for name in ("href", "title", "media_type"):
        if name in given:
            given[name] = str(given[name] or "").strip()
    if "link_type" in given:
        given["link_type"] = normal(str(given["link_type"]).strip())
    if "languages" in given:
        given["languages"] = normal_languages(str(given["languages"] or ""))
    return given


def own_hosts() -> frozenset[str]:
    """Hosts under which this resolver answers."""
    return frozenset({urlsplit(settings.PUBLIC_URL).hostname or "", *settings.ALLOWED_HOSTS} - {"*"})


@transaction.atomic
def add_link(*, organisation_id: int, entity: DigitalLink, values: Mapping[str, Any]) -> Link:
    """A new link of an entity. PermissionDenied unless the code is the organisation's, LinkRefused by field."""
    if owner_of(entity) != organisation_id:
        raise PermissionDenied(NOT_YOURS)
    if Link.objects.filter(path=entity.path).count() >= MOST:
        raise LinkRefused({"path": f"This code has {MOST} links already. Delete one first."})
    return _save(Link(organisation_id=organisation_id, path=entity.path), values)


@transaction.atomic
def change_link(*, link: Link, values: Mapping[str, Any]) -> Link:
    """Change some fields. LinkRefused by field; then nothing is changed."""
    return _save(Link.objects.select_for_update().get(pk=link.pk), values)


def delete_link(*, link: Link) -> None:
    """Its history stays."""
    link.delete()


def _save(link: Link, values: Mapping[str, Any]) -> Link:
    for name, value in normalised(values).items():
        setattr(link, name, value)
    errors = link_errors({name: getattr(link, name) for name in FIELDS}, own_hosts()) | _clash(link)
    if errors:
        raise LinkRefused(errors)
    if link.standing == Standing.DEFAULT:
        for former in Link.objects.filter(path=link.path, standing=Standing.DEFAULT).exclude(pk=link.pk):
            former.standing = Standing.OTHER
            former.save()
    link.save()
    return link


def _clash(link: Link) -> Errors:
    """Two links that no request could ever tell apart, by mistake twice the same."""
    same = Link.objects.filter(path=link.path, link_type=link.link_type, href=link.href, languages=link.languages)
    if same.exclude(pk=link.pk).exists():
        return {"href": "This code has that link already."}
    return {}
