"""The links of a code as the resolver hands them out: those registered for its levels, and the consumer's page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from traceapp.accounts.visibility import Viewer
from traceapp.capture.selectors import records_for_key
from traceapp.epcis import identifiers, scanned
from traceapp.epcis.digital_link import DigitalLink
from traceapp.masterdata.models import Product
from traceapp.provenance import goods
from traceapp.provenance.choosing import TYPES_OF_PAGE, Level, Target, default
from traceapp.provenance.levels import levels
from traceapp.provenance.models import Link, Standing

PAGE = "/p"
PAGE_TITLE = "Journey and records of this code"


def levels_of(link: DigitalLink, origin: str) -> tuple[Level, ...]:
    """The levels of a code that have links, most specific first; none when nothing is known of the code.

    The consumer's page, on `origin`, is the default wherever nobody registered another. Two to five queries.
    """
    product = Product.objects.filter(gtin=link.gtin).first() if link.gtin else None
    name = product.name if product else ""
    entities = levels(link)
    rows = _valid_links([entity.path for entity in entities], timezone.now())
    found = [_level(entity, name, rows.get(entity.path, ())) for entity in entities if entity.path in rows]
    if not found and product is None and not _has_public_records(link):
        return ()
    return _with_page(link, name, found, origin + PAGE)


def _valid_links(paths: Sequence[str], now: datetime) -> dict[str, list[Target]]:
    started = Q(valid_from=None) | Q(valid_from__lte=now)
    goes_on = Q(valid_until=None) | Q(valid_until__gt=now)
    found: dict[str, list[Target]] = {}
    for row in Link.objects.filter(started, goes_on, path__in=paths).order_by("pk"):
        found.setdefault(row.path, []).append(_target(row))
    return found


def _target(row: Link) -> Target:
    return Target(
        href=row.href,
        link_type=row.link_type,
        title=row.title,
        languages=tuple(row.languages.split()),
        media_type=row.media_type,
        is_default=row.standing == Standing.DEFAULT,
        is_variant=row.standing == Standing.VARIANT,
    )


def _level(entity: DigitalLink, name: str, targets: Sequence[Target]) -> Level:
    code = scanned.readable(entity)
    return Level(entity.path, f"{name}, {code}" if name else code, tuple(targets))


def _with_page(link: DigitalLink, name: str, found: list[Level], pages: str) -> tuple[Level, ...]:
    """The consumer's page joins the level that was asked for and the key's, and is the default unless there is one."""
    taken = {target.link_type for level in found for target in level.targets}
    link_type = next((one for one in TYPES_OF_PAGE if one not in taken), None)
    if link_type is None and default(found) is not None:
        return tuple(found)
    key = DigitalLink(link.primary, link.value)
    wanted = [link] if link.primary == "415" else list(dict.fromkeys([link, key]))
    rest = {level.path: level for level in found}
    paged = {
        entity.path: _paged(
            rest.pop(entity.path) if entity.path in rest else _level(entity, name, ()),
            link_type or TYPES_OF_PAGE[0],
            pages,
            is_default=default(found) is None,
        )
        for entity in wanted
    }
    first = paged.pop(link.path)
    return (first, *rest.values(), *paged.values())


def _paged(level: Level, link_type: str, pages: str, *, is_default: bool) -> Level:
    page = Target(pages + level.path, link_type, PAGE_TITLE, (), "text/html", is_default)
    return replace(level, targets=(*level.targets, page))


def _has_public_records(link: DigitalLink) -> bool:
    nobody = Viewer.nobody()
    return any(records_for_key(identifiers.key(name), nobody) for name in goods.names_of(link))
