"""EPCIS 2.0 capture interface: documents in, jobs out (GS1 EPCIS 2.0.1 section 12, REST bindings)."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import has_role
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import viewer_of
from traceapp.capture import job_pages, job_rows, jobs
from traceapp.capture.body import body_of
from traceapp.capture.errors import SHOWN, CaptureRefused, EventConflict
from traceapp.capture.models import Behaviour, CaptureJob
from traceapp.capture.selectors import jobs_of
from traceapp.capture.services import capture_document
from traceapp.web.epcis_rest.exceptions import EpcisProblem
from traceapp.web.epcis_rest.views import JSON_ONLY, EpcisView

ERROR_BEHAVIOUR = ("GS1-EPCIS-Capture-Error-Behaviour", "GS1-Capture-Error-Behaviour")
"""The header in the standard's text, and what the REST description calls it."""


def refused(error: CaptureRefused) -> EpcisProblem:
    """The refusal as problem details, every error with its place."""
    headers = limits() if error.status == 413 else None
    return EpcisProblem(error.status, error.summary, title=error.title, errors=error.errors[:SHOWN], headers=headers)


def behaviour_of(request: Request) -> str:
    """What the client wants an error to do to the rest of a document. CaptureRefused."""
    given = {name: request.headers[name].strip().lower() for name in ERROR_BEHAVIOUR if name in request.headers}
    for name, word in given.items():
        if word not in Behaviour.values:
            raise CaptureRefused([(name, f"This is {' or '.join(Behaviour.values)}, not {word[:40]!r}.")])
    if len(set(given.values())) > 1:
        raise CaptureRefused([(ERROR_BEHAVIOUR[0], f"{ERROR_BEHAVIOUR[1]} says something else; send one of the two.")])
    return next(iter(given.values()), Behaviour.ROLLBACK)


class Capture(EpcisView):
    """POST a document, GET the jobs of one's organisation."""

    permission_classes = [has_role(*sorted(RECORDERS))]
    renderer_classes = JSON_ONLY

    @extend_schema(
        request={"application/json": OpenApiTypes.OBJECT, "application/xml": OpenApiTypes.STR},
        parameters=[
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER),
            OpenApiParameter(ERROR_BEHAVIOUR[0], str, OpenApiParameter.HEADER, enum=Behaviour.values),
        ],
        responses={202: OpenApiTypes.OBJECT},
        summary="Capture an EPCIS document",
        description="The answer carries a signed receipt, and `Location` the job, which tells what became of it.",
    )
    def post(self, request: Request) -> Response:
        try:
            job = self._job(request)
        except EventConflict as error:
            if error.job is None:
                raise refused(error) from error
            job = error.job
        except CaptureRefused as error:
            raise refused(error) from error
        where = request.build_absolute_uri(reverse("epcis-capture-job", args=[job.uid]))
        return Response(jobs.accepted(job), status=202, headers={"Location": where, **limits()})

    def _job(self, request: Request) -> CaptureJob:
        member: Any = request.user
        behaviour = behaviour_of(request)
        body, form = body_of(request._request)
        return capture_document(
            organisation=Organisation.objects.get(pk=viewer_of(request).acting_for),
            member=member,
            body=body,
            form=form,
            behaviour=behaviour,
            idempotency_key=request.headers.get("Idempotency-Key"),
        )

    @extend_schema(
        operation_id="epcis_capture_list",
        parameters=[
            OpenApiParameter("perPage", int, description="Jobs of a page, 30 unless given, 500 at most."),
            OpenApiParameter("nextPageToken", str, description="From the `Link` of the answer before."),
        ],
        responses={200: OpenApiTypes.OBJECT},
        summary="Capture jobs, newest first",
    )
    def get(self, request: Request) -> Response:
        viewer = viewer_of(request)
        job_rows.sweep(jobs_of(viewer))
        page = job_pages.page_of(request, jobs_of(viewer), viewer.acting_for)
        return Response([jobs.as_epcis(job) for job in page.jobs], headers=page.headers)

    def discovery(self) -> dict[str, str]:
        return limits() | dict.fromkeys(ERROR_BEHAVIOUR, "all")


class CaptureJobView(EpcisView):
    """One job: what became of its events."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, summary="One capture job")
    def get(self, request: Request, uid: str) -> Response:
        job = get_object_or_404(jobs_of(viewer_of(request)), uid=uid)
        if job_rows.sweep(CaptureJob.objects.filter(pk=job.pk)):
            job.refresh_from_db()
        shown = jobs.as_epcis(job) | {"ledger": jobs.ledger_states(job), "receipt": job.receipt}
        return self.answer(request, shown, xml=lambda: jobs.as_xml(shown))


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
