"""The links in the top bar, by role. A link to a room that is not installed is left out.

The first `SHOWN` stand in the bar; what is over goes into its menu, so that the bar never needs two lines.
"""

from dataclasses import dataclass
from functools import cache

from django.urls import Resolver404, resolve

from traceapp.accounts.roles import RECORDERS, TREASURERS, Role
from traceapp.accounts.visibility import Viewer


@dataclass(frozen=True)
class Link:
    label: str
    path: str
    roles: frozenset[str] = frozenset()  # empty: every member

    def is_current(self, path: str) -> bool:
        return path == self.path if self.path == "/" else path.startswith(self.path)


LINKS = (
    Link("Today", "/"),
    Link("Log a step", "/capture/", frozenset(RECORDERS)),
    Link("Products", "/masterdata/"),
    Link("Cold chain", "/coldchain/", frozenset({*RECORDERS, Role.QUALITY})),
    Link("Forecasts", "/forecasts/", frozenset({Role.ANALYST, Role.SUPPLIER, Role.RECEIVER, Role.QUALITY, Role.ADMIN})),
    Link("Money", "/money/", frozenset(TREASURERS)),
    Link("Devices", "/sensors/"),
    Link("Labels", "/labels/", frozenset({*RECORDERS, Role.QUALITY})),
    Link("Ledger", "/ledger/"),
    Link("Organisation", "/organisation/", frozenset({Role.ADMIN})),
)
SHOWN = 6


@cache
def _exists(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def links_for(viewer: Viewer) -> list[Link]:
    """What this viewer can open, in order. Nobody gets none: their pages stand by themselves."""
    if viewer.organisation_id is None:
        return []
    return [link for link in LINKS if viewer.has(*link.roles) and _exists(link.path)]


def current(links: list[Link], path: str) -> str:
    """The path of the link that `path` lies under, for `aria-current`; empty when under none."""
    return max((link.path for link in links if link.is_current(path)), key=len, default="")


def split(links: list[Link]) -> tuple[list[Link], list[Link]]:
    """(In the bar, in its menu). A menu of one link would take the place of that link."""
    return (links, []) if len(links) <= SHOWN + 1 else (links[:SHOWN], links[SHOWN:])
