"""EPCIS 2.0 capture interface: documents in, jobs out (GS1 EPCIS 2.0.1 section 12, REST bindings)."""

from typing import Any, BinaryIO

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, UnsupportedMediaType
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import has_role
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import viewer_of
from traceapp.capture import documents, jobs
from traceapp.capture.errors import CaptureRefused, DocumentTooLarge
from traceapp.capture.selectors import jobs_of
from traceapp.capture.services import capture_document
from traceapp.web.epcis_rest.exceptions import EpcisProblem
from traceapp.web.epcis_rest.views import JSON_ONLY, EpcisView
from traceapp.web.pagination import Pages

ERROR_BEHAVIOUR = ("GS1-EPCIS-Capture-Error-Behaviour", "GS1-Capture-Error-Behaviour")
"""The header in the standard's text, and what the REST description calls it."""

MOST_UNSEEN = 64 * 1024 * 1024  # bytes of a document too large that are read before it is refused
JSON_TYPES = frozenset({"application/json", "application/ld+json", ""})


def body_of(request: HttpRequest) -> bytes:
    """The bytes as sent: what is hashed is what came. CaptureRefused, DocumentTooLarge."""
    if (request.content_type or "").lower() not in JSON_TYPES:
        raise UnsupportedMediaType(str(request.content_type), "Send an EPCIS document as application/ld+json.")
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise CaptureRefused([("Content-Length", "This header must be a number.")]) from None
    if not size and request.META.get("wsgi.input_terminated"):
        return _of_unknown_length(request.META["wsgi.input"])
    try:
        documents.check_size(size)
    except DocumentTooLarge:
        _read_on(request)
        raise
    return request.body


def _of_unknown_length(stream: BinaryIO) -> bytes:
    """A body sent in chunks, without a Content-Length: Django would take it for an empty one."""
    body = stream.read(settings.CAPTURE_MAX_BYTES + 1)
    try:
        documents.check_size(len(body))
    except DocumentTooLarge as error:
        _read_on(stream)
        why = f"The document has more than {settings.CAPTURE_MAX_BYTES:,} bytes, the most that are taken at once."
        raise DocumentTooLarge([("", f"{why} Split it into several.")]) from error
    return body


def _read_on(stream: BinaryIO | HttpRequest) -> None:
    """Take in the rest unseen, within reason: a client that still sends when we hang up never reads our answer."""
    left = MOST_UNSEEN
    while left > 0 and (piece := stream.read(min(left, 1 << 20))):
        left -= len(piece)


def refused(error: CaptureRefused) -> EpcisProblem:
    """The refusal as problem details, every error with its place."""
    headers = limits() if error.status == 413 else None
    return EpcisProblem(error.status, error.summary, title=error.title, errors=error.errors[:100], headers=headers)


class Capture(EpcisView):
    """POST a document, GET the jobs of one's organisation."""

    permission_classes = [has_role(*sorted(RECORDERS))]
    renderer_classes = JSON_ONLY

    @extend_schema(
        request=OpenApiTypes.OBJECT,
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses={202: OpenApiTypes.OBJECT},
        summary="Capture an EPCIS document",
        description="All of its events or none. The answer carries a signed receipt, and `Location` the job.",
    )
    def post(self, request: Request) -> Response:
        viewer = viewer_of(request)
        member: Any = request.user
        try:
            job = capture_document(
                organisation=Organisation.objects.get(pk=viewer.acting_for),
                member=member,
                body=self._body(request),
                idempotency_key=request.headers.get("Idempotency-Key"),
            )
        except CaptureRefused as error:
            raise refused(error) from error
        where = request.build_absolute_uri(reverse("epcis-capture-job", args=[job.uid]))
        return Response(jobs.accepted(job), status=202, headers={"Location": where, **limits()})

    def _body(self, request: Request) -> bytes:
        for header in ERROR_BEHAVIOUR:
            if request.headers.get(header, "rollback").lower() != "rollback":
                raise CaptureRefused(
                    [(header, "Only rollback is offered: a document is captured whole or not at all.")]
                )
        return body_of(request._request)

    @extend_schema(
        operation_id="epcis_capture_list", responses={200: OpenApiTypes.OBJECT}, summary="Capture jobs, newest first"
    )
    def get(self, request: Request) -> Response:
        pages = Pages()
        page = pages.paginate_queryset(jobs_of(viewer_of(request)), request, view=self)
        return pages.get_paginated_response([jobs.as_epcis(job) for job in page or []])

    def discovery(self) -> dict[str, str]:
        return limits() | dict.fromkeys(ERROR_BEHAVIOUR, "rollback")


class CaptureJobView(EpcisView):
    """One job: what became of its events."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, summary="One capture job")
    def get(self, request: Request, uid: str) -> Response:
        job = get_object_or_404(jobs_of(viewer_of(request)), uid=uid)
        return Response(jobs.as_epcis(job) | {"ledger": jobs.ledger_states(job), "receipt": job.receipt})


class UnknownJob(EpcisView):
    """A job id that is none of ours is not found, whatever it looks like."""

    @extend_schema(exclude=True)
    def get(self, request: Request, name: str) -> Response:
        raise NotFound(f"There is no capture job {name[:60]!r}.")


def limits() -> dict[str, str]:
    """The headers by which a client learns what one document may hold."""
    return {
        "GS1-EPCIS-Capture-Limit": str(settings.CAPTURE_MAX_EVENTS),
        "GS1-EPCIS-Capture-File-Size-Limit": str(settings.CAPTURE_MAX_BYTES),
    }
