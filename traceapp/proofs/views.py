"""The page of one record's proof: check it here, take it along, or show chosen fields of it to somebody."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from traceapp.accounts.visibility import Relation, Viewer, relation, viewer_of
from traceapp.capture.story import stories
from traceapp.ledger import proof
from traceapp.ledger.models import Record, RecordKind
from traceapp.ledger.proof import FieldsRefused, NoProof
from traceapp.proofs import disclosed, links
from traceapp.proofs.disclosed import Disclosed
from traceapp.proofs.forms import ShareForm
from traceapp.proofs.models import ProofLink


@dataclass(frozen=True)
class Subject:
    """The record that a page is about, as its viewer may see it."""

    record: Record
    relation: Relation
    viewer: Viewer

    @property
    def title(self) -> str:
        """What an event says happened; for other kinds what they are."""
        if self.record.kind == RecordKind.EPCIS:
            found = stories([self.record.pk], self.viewer)
            if found:
                return found[0].title
        return str(RecordKind(self.record.kind).label)

    @property
    def page(self) -> str:
        """Where members read about it, if there is such a page."""
        if self.record.kind == RecordKind.EPCIS and self.viewer.organisation_id is not None:
            return reverse("capture:record", args=[self.record.uid])
        return ""


def _subject(request: HttpRequest, uid: UUID) -> Subject:
    viewer = viewer_of(request)
    record = Record.objects.select_related("organisation").filter(uid=uid).first()
    how = relation(viewer, record) if record else None
    if record is None or how is None:
        raise Http404
    return Subject(record, how, viewer)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """For whoever may read the record; a member may also make links, and see first what one would show."""
    subject = _subject(request, uid)
    if request.method == "POST" and subject.viewer.organisation_id is None:
        return redirect_to_login(request.get_full_path())
    try:
        return _proven(request, subject)
    except NoProof as error:
        return _unproven(request, subject, error)


def _proven(request: HttpRequest, subject: Subject) -> HttpResponseBase:
    whole = disclosed.read(proof.make(subject.record, subject.relation))
    form = ShareForm(request.POST if request.method == "POST" else None, choices=whole.choices)
    chosen = form.cleaned_data["show"] if form.is_valid() else None
    if chosen is not None and "preview" not in request.POST:
        made = _make(request, subject, form)
        if made is not None:
            return redirect("proofs:link", pk=made.pk)
    return _page(request, subject, whole, form, chosen)


def _page(
    request: HttpRequest, subject: Subject, whole: Disclosed, form: ShareForm, chosen: list[str] | None
) -> HttpResponse:
    member = subject.viewer.organisation_id is not None
    ticked = whole.choices if chosen is None else [one for one in whole.choices if one[0] in chosen]
    shown = {
        "subject": subject,
        "whole": whole,
        "form": form if member else None,
        "choices": [(pointer, words, (pointer, words) in ticked) for pointer, words in whole.choices],
        "preview": _preview(subject, chosen),
        "links": links.links_for(subject.viewer, request.user).filter(record_uid=subject.record.uid) if member else [],
        "steps": [step_of(reverse("api-proof", args=[subject.record.uid]), subject.title)],
    }
    return render(request, "proofs/record.html", shown)


def step_of(bundle: str, name: str) -> dict[str, str]:
    """One line of the check: which bundle to get, and what to call it."""
    return {"bundle": bundle, "name": name, "state": "verified"}


def _preview(subject: Subject, chosen: list[str] | None) -> Disclosed | None:
    """What whoever gets the link will see."""
    if chosen is None:
        return None
    return disclosed.read(proof.make(subject.record, subject.relation, fields=chosen))


def _make(request: HttpRequest, subject: Subject, form: ShareForm) -> ProofLink | None:
    user: Any = request.user
    try:
        return links.make(
            record=subject.record,
            viewer=subject.viewer,
            maker=user,
            fields=form.cleaned_data["show"],
            valid_for=form.valid_for,
        )
    except (NoProof, FieldsRefused, links.LinkRefused) as error:
        messages.error(request, str(error))
        return None


def _unproven(request: HttpRequest, subject: Subject, error: NoProof) -> HttpResponse:
    """No proof now, and why. A person sees the page all the same: 200, as for any page of a record that waits."""
    return render(request, "proofs/unproven.html", {"subject": subject, "error": error})
