"""Which form of an answer a client takes: `Accept` by RFC 9110, with weights and without surprises."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from traceapp.web.epcis_rest.exceptions import EpcisProblem

JSON_TYPES = ("application/json", "application/ld+json")
XML_TYPES = ("application/xml", "text/xml")
PROBLEM_XML = "application/problem+xml"
PROBLEM_JSON = "application/problem+json"


class JsonLd(JSONRenderer):
    media_type = "application/ld+json"


class Xml(BaseRenderer):
    """The view has written the XML by then, as bytes (see `views.EpcisView.answer`)."""

    media_type = "application/xml"
    format = "xml"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return bytes(data) if data is not None else b""


class TextXml(Xml):
    media_type = "text/xml"


def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """The offered media type that the header gives the greatest weight; the first of equals. None if it takes none.

    Parameters of a range besides its weight (`charset`, `profile`) are passed over: there is one form of each type.
    """
    ranges = list(_ranges(accept)) or [("*/*", 1.0)]
    weights = {media_type: _weight(media_type, ranges) for media_type in offered}
    best = max(offered, key=lambda media_type: weights[media_type])
    return best if weights[best] > 0 else None


def _weight(media_type: str, ranges: Iterable[tuple[str, float]]) -> float:
    """By the most precise range that fits."""
    family = f"{media_type.partition('/')[0]}/*"
    fitting = {one: weight for one, weight in ranges if one in (media_type, family, "*/*")}
    return fitting[min(fitting, key=lambda one: one.count("*"))] if fitting else 0.0


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    for part in accept.split(",")[:50]:
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if not media_type:
            continue
        given = [one[2:].strip() for one in parameters if one.replace(" ", "").startswith("q=")]
        try:
            weight = min(max(float(given[0]), 0.0), 1.0) if given else 1.0
        except ValueError:
            weight = 0.0
        yield media_type, weight


def wants_xml(request: HttpRequest | Request) -> bool:
    """Whether an error is better told in XML."""
    offered = (PROBLEM_JSON, *JSON_TYPES, PROBLEM_XML, *XML_TYPES)
    best = preferred(request.headers.get("Accept", ""), offered)
    return best in (PROBLEM_XML, *XML_TYPES)


class Negotiation(BaseContentNegotiation):
    """What the view's renderers offer, by `Accept` alone; a query parameter never chooses."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        by_type = {str(one.media_type): one for one in renderers}
        best = preferred(request.headers.get("Accept", ""), list(by_type))
        if best is None:
            raise EpcisProblem(406, f"This resource is offered as {' or '.join(by_type)}. Name one of them in Accept.")
        return by_type[best], best
