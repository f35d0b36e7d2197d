"""A query for a request, run and rendered: the one way from parameters to an EPCISQueryDocument."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from traceapp.accounts.visibility import viewer_of
from traceapp.epcis.company_prefix import built_in
from traceapp.epcis.formats import EpcFormat
from traceapp.epcis.spelling import in_json, with_identifiers
from traceapp.epcis.xml_writer import write_xml
from traceapp.masterdata.company_prefixes import length_of
from traceapp.query import document, parse
from traceapp.query.asked import PER_PAGE, Asked, asked_for, next_token
from traceapp.query.errors import QueryError
from traceapp.query.pages import Page, check_count, page
from traceapp.query.tokens import PARAMETER, Issued
from traceapp.web.epcis_rest import headers as gs1
from traceapp.web.epcis_rest.exceptions import EpcisProblem
from traceapp.web.epcis_rest.negotiation import Xml
from traceapp.web.epcis_rest.views import EpcisView
from traceapp.web.raw_path import raw_path

Complete = Callable[[dict[str, Any]], dict[str, Any]]


def problem_of(error: QueryError) -> EpcisProblem:
    """The refusal as the standard names it, with the parameter."""
    places = [(error.parameter, error.why)] if error.parameter else []
    titles = {400: "EPCIS query exception", 413: "Query result is too large"}
    return EpcisProblem(error.status, f"{error}.", exception=error.exception, title=titles[error.status], errors=places)


def answer(request: Request, resource: str, complete: Complete, name: str = document.SIMPLE) -> Response:
    """One page of events. `complete` adds to the address's parameters what the resource itself asks for.

    EpcisProblem for whatever is wrong with the query.
    """
    viewer = viewer_of(request)
    try:
        asked = asked_for(request, viewer, resource)
        query = parse.query(complete(asked.parameters), asker=viewer.organisation_id)
        left = query.first if asked.is_first else asked.left
        size = asked.size if left is None else min(asked.size, left)
        if asked.is_first:
            check_count(query, viewer, asked.bound)
        found = page(query, viewer, bound=asked.bound, after=asked.after, size=size)
    except QueryError as error:
        raise problem_of(error) from error
    issued = _continued(asked, found, left)
    return rendered(request, found, name, issued, headers=_next_headers(request, asked, issued))


def _continued(asked: Asked, found: Page, left: int | None) -> Issued | None:
    remaining = None if left is None else left - len(found.shown)
    if not found.more or found.last is None or remaining == 0:
        return None
    return next_token(asked, found.last, remaining)


def rendered(
    request: Request, found: Page, name: str, issued: Issued | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """A page as an EPCISQueryDocument in JSON or XML, identifiers and words spelled as the client asks."""
    form = gs1.epc_format(request)
    words = gs1.cbv_format(request)
    lengths = length_of() if form is EpcFormat.URN else built_in

    def made(rewrite: document.Rewrite, token: str) -> dict[str, Any]:
        return document.document(
            found.shown,
            found.withheld,
            name=name,
            now=timezone.now(),
            proof_url=lambda uid: request.build_absolute_uri(reverse("api-proof", args=[uid])),
            rewrite=rewrite,
            token=token,
        )

    def xml() -> bytes:
        return write_xml(made(lambda event: with_identifiers(event, form, lengths), ""), words)

    if isinstance(request.accepted_renderer, Xml):
        return EpcisView.answer(request, None, xml=xml, headers=headers)
    token = issued.text if issued else ""
    in_words = made(lambda event: in_json(with_identifiers(event, form, lengths)), token)
    return EpcisView.answer(request, in_words, headers=headers)


def _next_headers(request: Request, asked: Asked, issued: Issued | None) -> dict[str, str]:
    if issued is None:
        return {}
    return next_headers(request, asked.size, issued)


def next_headers(request: Request, size: int, issued: Issued) -> dict[str, str]:
    """Where the next page is, and until when."""
    where = request.build_absolute_uri(raw_path(request._request))
    query = urlencode({PER_PAGE: size, PARAMETER: issued.text})
    return {
        "Link": f'<{where}?{query}>; rel="next"',
        "GS1-Next-Page-Token-Expires": f"{issued.expires:%Y-%m-%dT%H:%M:%SZ}",
    }
