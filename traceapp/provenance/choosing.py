"""Which of the links of a code a request gets (GS1-Conformant Resolver 1.2.1, sections 2.5 to 2.7). Pure.

A `Level` holds the links of one entity; levels come most specific first. A type of link that a level has hides the
same type of the levels above it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from traceapp.provenance import link_types
from traceapp.provenance.negotiation import Wishes


@dataclass(frozen=True)
class Target:
    """One link: where it leads, what it is about (a full URI) and in what form."""

    href: str
    link_type: str
    title: str
    languages: tuple[str, ...] = ()
    media_type: str = ""
    is_default: bool = False
    is_variant: bool = False
    """A default for readers of its languages only, beside the one default."""


@dataclass(frozen=True)
class Level:
    """The links of one entity. `path` is its Digital Link without the domain."""

    path: str
    description: str
    targets: tuple[Target, ...]


def of_type(levels: Sequence[Level], link_type: str) -> tuple[Target, ...]:
    """The links of one type, of the most specific level that has any."""
    for level in levels:
        found = tuple(target for target in level.targets if target.link_type == link_type)
        if found:
            return found
    return ()


def default(levels: Sequence[Level]) -> Target | None:
    """The one default link: of the most specific level that has one."""
    return next((target for level in levels for target in level.targets if target.is_default), None)


def variants(levels: Sequence[Level]) -> tuple[Target, ...]:
    """Language variants of the default; they belong to the same entity as the default they refine."""
    level = next((one for one in levels if any(target.is_default for target in one.targets)), None)
    return tuple(target for target in level.targets if target.is_variant) if level else ()


def best(targets: Iterable[Target], wishes: Wishes) -> tuple[Target, ...]:
    """The most welcome ones by language, then by media type; several where the request does not decide."""
    ranked = [(_rank(target, wishes), target) for target in targets]
    highest = max(rank for rank, _ in ranked)
    chosen = tuple(target for rank, target in ranked if rank == highest)
    return chosen[:1] if len({target.href for target in chosen}) == 1 else chosen


def unasked(levels: Sequence[Level], wishes: Wishes) -> Target | None:
    """Where a request without a link type goes: to the default, unless its headers name something better."""
    fallback = default(levels)
    wanted = [one for one in variants(levels) if wishes.language_weight(one.languages) > 0.001 and one.languages]
    wanted = [one for one in wanted if not one.media_type or wishes.media_weight(one.media_type) > 0]
    chosen = best(wanted, wishes) if wanted else ()
    if len(chosen) != 1 and not wishes.media_weight("*/*") and not wishes.names("text/html"):
        named = [one for one in _visible(levels) if one.media_type and wishes.names(one.media_type)]
        chosen = best(named, wishes) if named else ()
    return chosen[0] if len(chosen) == 1 else fallback


def _visible(levels: Sequence[Level]) -> tuple[Target, ...]:
    types = dict.fromkeys(target.link_type for level in levels for target in level.targets)
    return tuple(target for one in types for target in of_type(levels, one))


def _rank(target: Target, wishes: Wishes) -> tuple[float, float]:
    return wishes.language_weight(target.languages), wishes.media_weight(target.media_type or "text/html")


TYPES_OF_PAGE = (link_types.TRACEABILITY, link_types.PIP, link_types.VERIFICATION)
"""What the consumer's page is listed as: the first of these that has no link of somebody's own."""
