"""Pages under /forecasts/scores/: one score, and what people make of it."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from forecasting import presenting
from forecasting import selectors as runs
from forecasting.governance import decisions
from forecasting.governance.serving import told
from forecasting.models import DelayPrediction
from forecasting.names import spoken
from forecasting.scoring import selectors
from forecasting.scoring.forms import ActForm, OverrideForm
from forecasting.views import READERS, TRAINERS
from traceapp.accounts.models import User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.visibility import viewer_of


def _row(request: HttpRequest, run: UUID, record: UUID) -> DelayPrediction:
    row = selectors.score_of(viewer_of(request), run, record)
    if row is None:
        raise Http404("There is no such score.")
    return row


@require_safe
@member_required(*READERS)
def score(request: HttpRequest, run: UUID, record: UUID) -> HttpResponse:
    row = _row(request, run, record)
    return render(request, "forecasting/scoring/score.html", _context(request, row))


def _context(request: HttpRequest, row: DelayPrediction) -> dict[str, Any]:
    made = selectors.decisions(row)
    own = [one for one in made if one.decision.run_id == row.run_id]
    return {
        "row": row,
        "run": row.run,
        "reasons": spoken([row.reasons])[0],
        "days": presenting.days_of(row),
        "said": decisions.score(row),
        "confirmation": runs.confirm(row.run),
        **told(row.run),
        "made": made,
        "override": next((one for one in own if one.chance is not None), None),
        "moved": any(one.moved for one in own),
        "facts": _facts(row),
        "may": viewer_of(request).has(*TRAINERS),
    }


def _facts(row: DelayPrediction) -> list[tuple[str, str]]:
    """What the plan says, in words."""
    names = sorted(row.attributes)
    values = spoken([[str(row.attributes[name]) for name in names]])[0]
    return [(presenting.in_words(name), value) for name, value in zip(names, values, strict=True)]


@require_http_methods(["GET", "POST"])
@member_required(*TRAINERS)
def override(request: HttpRequest, run: UUID, record: UUID) -> HttpResponse:
    row = _row(request, run, record)
    form = OverrideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if said["sure"]:
            chance = float(said["chance"]) / 100
            return _decided(request, row, said, lambda **how: decisions.override_delay(row=row, chance=chance, **how))
        words = f"{said['chance']:.1f}%".replace(".0%", "%")
        return _ask(request, row, form, [("The model says", f"{row.p_late:.0%} late"), ("You say", f"{words} late")])
    return _form(request, row, form, "Expect something else")


@require_http_methods(["GET", "POST"])
@member_required(*TRAINERS)
def act(request: HttpRequest, run: UUID, record: UUID) -> HttpResponse:
    row = _row(request, run, record)
    form = ActForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if said["sure"]:
            return _decided(request, row, said, lambda reason, **how: decisions.used(row=row, decision=reason, **how))
        return _ask(request, row, form, [("The model says", f"{row.p_late:.0%} late")])
    return _form(request, row, form, "Act on it")


def _form(request: HttpRequest, row: DelayPrediction, form: Any, title: str) -> HttpResponse:
    return render(request, "forecasting/scoring/form.html", {"row": row, "form": form, "title": title})


def _ask(request: HttpRequest, row: DelayPrediction, form: Any, facts: list[tuple[str, str]]) -> HttpResponse:
    """What will be written down for good, in words, before it is."""
    shown = {"row": row, "said": form.cleaned_data, "facts": [*facts, ("Why", form.cleaned_data["reason"])]}
    return render(request, "forecasting/scoring/confirm.html", shown)


def _decided(request: HttpRequest, row: DelayPrediction, said: dict[str, Any], write: Any) -> HttpResponse:
    try:
        write(reason=said["reason"], by=cast(User, request.user), uid=said["once"])
        messages.success(request, "Written down. It goes to the ledger now, and stays with this score.")
    except decisions.DecisionError as error:
        messages.error(request, str(error))
    return redirect("scoring:score", run=row.run.uid, record=row.record_uid)
