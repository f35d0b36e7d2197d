"""Pages: drop a file, see its rows with errors at the cell, take the good ones."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import viewer_of
from traceapp.capture import documents, import_files
from traceapp.capture.csv_columns import CsvRefused
from traceapp.capture.csv_preview import preview as preview_of
from traceapp.capture.errors import CaptureRefused
from traceapp.capture.forms import FileForm
from traceapp.capture.layouts import LAYOUTS
from traceapp.capture.models import ImportFile, Source
from traceapp.capture.naming import NoNumbersLeft
from traceapp.capture.services import capture_document

recorders_only = member_required(*sorted(RECORDERS))


@require_http_methods(["GET", "HEAD", "POST"])
@recorders_only
def upload(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    errors: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            return _taken(request, form)
        except CsvRefused as error:
            form.add_error("file", str(error))
        except CaptureRefused as error:
            form.add_error("file", error.summary)
            errors = error.errors[:100]
    shown = {"form": form, "errors": errors, "layouts": LAYOUTS.values(), "unfinished": _unfinished(request)}
    return render(request, "capture/import.html", shown)


def _taken(request: HttpRequest, form: FileForm) -> HttpResponse:
    given = form.cleaned_data["file"]
    organisation = Organisation.objects.get(pk=viewer_of(request).acting_for)
    member: Any = request.user
    if given.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        documents.check_size(given.size)
        given.seek(0)
        job = capture_document(organisation=organisation, member=member, body=given.read(), source=Source.FILE)
        return redirect("capture:job", uid=job.uid)
    given.seek(0)
    file = import_files.keep(
        organisation=organisation, member=member, upload=given, every=form.cleaned_data.get("every") or "day"
    )
    return redirect("capture:import-file", uid=file.uid)


def _unfinished(request: HttpRequest) -> Any:
    return ImportFile.objects.filter(organisation=viewer_of(request).acting_for, finished=None).order_by("-created")[:5]


@require_http_methods(["GET", "HEAD", "POST"])
@recorders_only
def preview(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The rows of a file; each POST takes in a slice of the good ones until all are."""
    file = get_object_or_404(ImportFile, organisation=viewer_of(request).acting_for, uid=uid)
    member: Any = request.user
    trouble = ""
    if request.method == "POST" and not file.finished:
        try:
            import_files.take_some(file=file, member=member)
            return redirect("capture:import-file", uid=uid)
        except (CsvRefused, NoNumbersLeft, CaptureRefused) as error:
            trouble = str(error)
    return render(request, "capture/import_file.html", _shown(file) | {"trouble": trouble})


def _shown(file: ImportFile) -> dict[str, Any]:
    shown: dict[str, Any] = {"file": file, "layout": LAYOUTS[file.layout]}
    if not file.finished:
        try:
            shown["preview"] = preview_of(import_files.path_of(file), LAYOUTS[file.layout], file.name)
        except CsvRefused as error:
            shown["gone"] = str(error)
        else:
            shown["total"] = shown["preview"].good + shown["preview"].bad
    return shown
