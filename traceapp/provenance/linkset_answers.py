"""Answers that list links: the linkset, those a request does not tell apart, and those there are instead."""

import json
from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from traceapp.provenance import link_types, linkset
from traceapp.provenance.choosing import Level, Target
from traceapp.provenance.negotiation import Wishes
from traceapp.provenance.origin import origin_of
from traceapp.web.errors import for_a_program
from traceapp.web.problems import plain_problem

HTML = "text/html"
OFFERED = (linkset.JSON, "application/json", linkset.JSON_LD, linkset.NATIVE, HTML)


def whole(request: HttpRequest, levels: Sequence[Level], asked: Wishes) -> HttpResponse:
    """All links of a code, in the form asked for; JSON where none is."""
    weights = [asked.media_weight(one) for one in OFFERED]
    if not max(weights):
        words = f"The links can be had as {', '.join(OFFERED)}."
        return plain_problem(406, words) if for_a_program(request) else _listed(request, levels, 406, words)
    return _in_form(request, levels, OFFERED[weights.index(max(weights))], 200)


def undecided(request: HttpRequest, levels: Sequence[Level], best: Sequence[Target], asked: Wishes) -> HttpResponse:
    """300 with a linkset of the candidates, for whoever asks to choose."""
    left = [replace(level, targets=tuple(one for one in level.targets if one in best)) for level in levels]
    weights = [asked.media_weight(one) for one in OFFERED]
    form = OFFERED[weights.index(max(weights))] if max(weights) else linkset.JSON
    return _in_form(request, [level for level in left if level.targets], form, 300)


def no_such_type(request: HttpRequest, levels: Sequence[Level], link_type: str) -> HttpResponse:
    """404 that says which types there are."""
    words = _("This code has no link of type %(type)s.") % {"type": link_type[:200]}
    if not for_a_program(request):
        return _listed(request, levels, 404, words)
    there = dict.fromkeys(target.link_type for level in levels for target in level.targets)
    return plain_problem(404, words, linkTypes=list(there))


def _in_form(request: HttpRequest, levels: Sequence[Level], form: str, status: int) -> HttpResponse:
    origin = origin_of(request)
    whole_set = linkset.document(origin, levels)
    if form == HTML:
        answer = _listed(request, levels, status, "", whole_set)
    elif form == linkset.NATIVE:
        answer = HttpResponse(linkset.native(origin, levels), content_type=form, status=status)
    else:
        body = linkset.json_ld(whole_set) if form == linkset.JSON_LD else whole_set
        answer = HttpResponse(json.dumps(body, ensure_ascii=False), content_type=form, status=status)
    address = f"{origin}{levels[0].path}?linkType=linkset"
    answer["Link"] = (
        f'<{linkset.CONTEXT}>; rel="{linkset.CONTEXT_REL}"; type="{linkset.JSON_LD}", '
        f'<{address}>; rel="linkset"; type="{linkset.JSON}"'
    )
    return answer


def _listed(
    request: HttpRequest, levels: Sequence[Level], status: int, words: str, data: linkset.Document | None = None
) -> HttpResponse:
    shown = {
        "levels": [(level, [(one, link_types.name_of(one.link_type)) for one in level.targets]) for level in levels],
        "words": words,
        "undecided": status == 300,
        "json_ld": json.dumps(linkset.json_ld(data)).replace("<", "\\u003c") if data else "",
    }
    return render(request, "provenance/links_of_code.html", shown, status=status)
