"""The resolver: what a GS1 Digital Link leads to (GS1-Conformant Resolver 1.2.1)."""

import re
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from traceapp.epcis.attributes import read_query
from traceapp.epcis.digital_link import DigitalLink, parse_path, without_slash
from traceapp.epcis.epc_binary import NotDecoded, decompress, is_binary
from traceapp.epcis.gs1_keys import IdentifierError
from traceapp.provenance import choosing, link_types, linkset, linkset_answers
from traceapp.provenance.answers import bad_code, too_long
from traceapp.provenance.choosing import Level
from traceapp.provenance.links import levels_of
from traceapp.provenance.negotiation import Wishes, wishes
from traceapp.provenance.origin import origin_of
from traceapp.provenance.views import unknown_code
from traceapp.web.raw_path import raw_path, raw_query

METHODS = "GET, HEAD, OPTIONS"
LONGEST_PATH, LONGEST_QUERY = 2000, 6000


@csrf_exempt  # it changes nothing; a wrong method gets its 405 and no talk of forms
@require_http_methods(["GET", "HEAD", "OPTIONS"])
def resolve(request: HttpRequest) -> HttpResponse:
    """A Digital Link: 307 to one of its links, or the list of them. The query goes on byte for byte.

    An EPC binary string in its place is answered as the link that it stands for, which is named in the headers.
    """
    path, query = raw_path(request), raw_query(request)
    if len(path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        return opened(too_long(request))
    segment = path.strip("/")
    try:
        link = decompress(segment) if is_binary(segment) else parse_path(without_slash(path))
        read_query(query.removeprefix("?"))
    except NotDecoded as error:
        return opened(bad_code(request, f"{error}.", status=501))
    except IdentifierError as error:
        return opened(bad_code(request, f"{error}."))
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204, headers={"Allow": METHODS})
    else:
        answer = _answer(request, link, query)
    code = f"{origin_of(request)}{link.path}"
    answer = opened(answer, code)
    if is_binary(segment):
        answer["Link"] += f', <{code}>; rel="owl:sameAs"'
    return answer


def opened(answer: HttpResponse, code: str = "") -> HttpResponse:
    """Any site's script may ask a resolver and read where it leads. `code` is the address of one with a linkset."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Access-Control-Allow-Methods"] = METHODS
    answer["Access-Control-Allow-Headers"] = "Accept, Accept-Language"
    answer["Access-Control-Expose-Headers"] = "Link, Location"
    if code and "Link" not in answer:
        answer["Link"] = f'<{code}?linkType=linkset>; rel="linkset"; type="{linkset.JSON}"'
    return answer


def _answer(request: HttpRequest, link: DigitalLink, query: str) -> HttpResponse:
    levels = levels_of(link, origin_of(request))
    if not levels:
        return unknown_code(request, link)
    asked = wishes(request.headers.get("Accept", ""), request.headers.get("Accept-Language", ""))
    link_type = asked_type(query)
    if link_type in link_types.LINKSET or asked.names(linkset.JSON) or asked.names(linkset.NATIVE):
        answer = linkset_answers.whole(request, levels, asked)
    elif link_type:
        answer = _typed(request, levels, link_type, asked, query)
    else:
        target = choosing.unasked(levels, asked)
        answer = _redirect(target.href, query) if target else unknown_code(request, link)
    answer["Vary"] = "Accept, Accept-Language"
    return answer


def _typed(request: HttpRequest, levels: tuple[Level, ...], link_type: str, asked: Wishes, query: str) -> HttpResponse:
    """The link of this type; several that the request does not tell apart are listed."""
    wanted = link_types.normal(link_type)
    if wanted == link_types.DEFAULT:
        found = tuple(target for target in [choosing.default(levels)] if target)
    elif wanted == link_types.DEFAULT_MULTI:
        found = choosing.variants(levels)
    else:
        found = choosing.of_type(levels, wanted)
    if not found:
        return linkset_answers.no_such_type(request, levels, link_type)
    best = choosing.best(found, asked)
    return _redirect(best[0].href, query) if len(best) == 1 else linkset_answers.undecided(request, levels, best, asked)


def _redirect(href: str, query: str) -> HttpResponse:
    """307, with the query of the request behind the target's own."""
    before, mark, fragment = href.partition("#")
    joined = f"{before}&{query[1:]}" if query and "?" in before else before + query
    answer = HttpResponse(status=307, headers={"Location": joined + mark + fragment})
    answer["Cache-Control"] = "public, max-age=300"  # where a code leads may change
    return answer


def asked_type(query: str) -> str:
    """The `linkType` of a query, decoded; empty without one. Others' `linktype` is taken, too."""
    for pair in re.split("[&;]", query.removeprefix("?")):
        name, _, value = pair.partition("=")
        if name.lower() == "linktype" and value:
            return unquote(value, errors="replace")
    return ""
