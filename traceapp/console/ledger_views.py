"""The ledger explorer: where it stands, its blocks and batches, and what does not match."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Viewer, viewer_of
from traceapp.capture.story import stories
from traceapp.console import explorer, oversight
from traceapp.ledger import credentials, selectors
from traceapp.ledger.waiting import waiting
from traceapp.web.pagination import page_of

BLOCKS = 12
BATCHES = 10
FINDINGS = 20
RECORDS = 50


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Everyone may look; findings and what is in a batch are shown as far as the viewer may see them."""
    viewer = viewer_of(request)
    more = {"verification": oversight.verification(viewer), "may_verify": viewer.has(*oversight.VERIFIERS)}
    return render(request, "console/ledger.html", _now(viewer) | more)


@require_safe
@cache_control(no_store=True)
def now(request: HttpRequest) -> HttpResponse:
    """The moving part of the overview by itself, for live.js."""
    return render(request, "console/ledger_now.html", _now(viewer_of(request)))


def _now(viewer: Viewer) -> dict[str, Any]:
    findings = selectors.findings(viewer)
    own = viewer.organisation_id
    return {
        "waiting": waiting(own) if own else None,
        "credential": credentials.present(own) if own else None,
        "keeps_identity": viewer.has(Role.ADMIN),
        "status": selectors.ledger_status(viewer),
        "totals": explorer.totals(),
        "blocks": [explorer.BlockLine(block) for block in selectors.blocks()[:BLOCKS]],
        "batches": selectors.batches_page(viewer).select_related("organisation")[:BATCHES],
        "findings": explorer.finding_lines(findings[:FINDINGS]),
        "trust": explorer.trust_fingerprint(),
        "nodes": oversight.nodes(),
    }


@require_safe
def block(request: HttpRequest, number: int) -> HttpResponse:
    """One block: its hashes, and each transaction with its code, refused ones too."""
    noted = selectors.block(number) if number < 2**63 else None
    if noted is None:
        raise Http404
    context = {
        "noted": noted,
        "transactions": selectors.transactions_of(noted, viewer_of(request)),
        "previous": number - 1,
        "next": number + 1 if number < (explorer.last_block() or 0) else None,
    }
    return render(request, "console/block.html", context)


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """All batches that hold something the viewer may read."""
    rows = selectors.batches_page(viewer_of(request)).select_related("organisation")
    return render(request, "console/batches.html", {"page": page_of(request, rows)})


@require_safe
def batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    """One batch with those of its records that the viewer may see, each checked for this answer."""
    viewer = viewer_of(request)
    found = selectors.batch(viewer, batch_id)
    if found is None:
        raise Http404
    page = page_of(request, selectors.records_of(viewer, batch_id).values_list("pk", flat=True), RECORDS)
    context = {
        "batch": found,
        "page": page,
        "stories": stories(list(page), viewer),
        "others": max(0, found.size - page.paginator.count),
        "anchor": explorer.anchor_of(batch_id),
        "findings": explorer.finding_lines(selectors.findings(viewer).filter(batch_id=batch_id)[:FINDINGS]),
    }
    return render(request, "console/batch.html", context)
