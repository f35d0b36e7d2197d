"""A linkset (RFC 9264): all links of a code, each level with its own anchor. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from traceapp.provenance import link_types
from traceapp.provenance.choosing import Level, Target

JSON, NATIVE, JSON_LD = "application/linkset+json", "application/linkset", "application/ld+json"
CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"
CONTEXT_REL = "http://www.w3.org/ns/json-ld#context"

Document = dict[str, list[dict[str, Any]]]


def document(root: str, levels: Sequence[Level]) -> Document:
    """As JSON; `root` is the resolver's address without a slash at its end."""
    return {"linkset": [_context(root, level) for level in levels]}


def native(root: str, levels: Sequence[Level]) -> str:
    """In the form of the Link header, one link a line (RFC 9264, section 4.1)."""
    lines = []
    for level in levels:
        for link_type, targets in _by_type(level):
            lines += [_line(target, link_type, root + level.path) for target in targets]
    return ",\n".join(lines) + "\n"


def json_ld(linkset: Document) -> dict[str, Any]:
    """The JSON with its context, so that it is JSON-LD by itself."""
    return {"@context": CONTEXT, **linkset}


def _context(root: str, level: Level) -> dict[str, Any]:
    context: dict[str, Any] = {"anchor": root + level.path, "itemDescription": level.description}
    for link_type, targets in _by_type(level):
        bare = link_type == link_types.DEFAULT
        context[link_type] = [_target(one, bare=bare) for one in targets]
    return context


def _by_type(level: Level) -> Iterable[tuple[str, list[Target]]]:
    """Each type with its links; the default stands under its own type, too, and is there without attributes."""
    grouped: dict[str, list[Target]] = {}
    for target in level.targets:
        if target.is_default:
            grouped.setdefault(link_types.DEFAULT, []).append(target)
        if target.is_variant:
            grouped.setdefault(link_types.DEFAULT_MULTI, []).append(target)
        grouped.setdefault(target.link_type, []).append(target)
    return grouped.items()


def _target(target: Target, *, bare: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"href": target.href, "title": target.title}
    if not bare and target.media_type:
        shown["type"] = target.media_type
    if not bare and target.languages:
        shown["hreflang"] = list(target.languages)
    return shown


def _line(target: Target, link_type: str, anchor: str) -> str:
    parts = [f"<{target.href}>", f'rel="{link_type}"', f'anchor="{anchor}"', f"title*=UTF-8''{_encoded(target.title)}"]
    if link_type != link_types.DEFAULT:
        parts += [f'hreflang="{language}"' for language in target.languages]
        parts += [f'type="{target.media_type}"'] if target.media_type else []
    return "; ".join(parts)


def _encoded(text: str) -> str:
    return quote(text, safe="")
