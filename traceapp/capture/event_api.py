"""`POST /epcis/events`: one event at once; `POST /epcis/validate`: what a capture would say, and nothing stored."""

from typing import Any
from urllib.parse import quote

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import has_role
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import viewer_of
from traceapp.capture import documents, duplicates, parties, single
from traceapp.capture.api import refused
from traceapp.capture.body import body_of
from traceapp.capture.errors import CaptureRefused
from traceapp.capture.job_rows import told
from traceapp.capture.store import body_of as committed
from traceapp.epcis.xml_writer import write_xml
from traceapp.ledger.receipts import sign_receipt
from traceapp.web.epcis_rest.views import JSON_ONLY, EpcisView

RECORDER: type[BasePermission] = has_role(*sorted(RECORDERS))


class EventCapture(EpcisView):
    """What a POST on `/events` does; the view of that address adds what a GET does."""

    def get_permissions(self) -> Any:
        return [RECORDER()] if self.request.method == "POST" else super().get_permissions()

    @extend_schema(
        request=OpenApiTypes.OBJECT,
        responses={201: OpenApiTypes.OBJECT},
        operation_id="epcis_event_capture",
        summary="Capture one event",
        description="An event that is stored already with the same content answers as it did the first time.",
    )
    def post(self, request: Request) -> Response:
        member: Any = request.user
        organisation = Organisation.objects.get(pk=viewer_of(request).acting_for)
        try:
            event = single.read_event(*body_of(request._request))
            record = single.capture_event(organisation=organisation, member=member, event=event)
        except CaptureRefused as error:
            raise refused(error) from error
        shown = single.as_json(event, record)
        where = request.build_absolute_uri(f"/epcis/events/{quote(shown['eventID'], safe='')}")
        return self.answer(
            request,
            shown,
            xml=lambda: write_xml(single.as_document(shown)),
            status=201,
            headers={"Location": where, "Traceapp-Receipt": sign_receipt([record])},
        )


class Validate(EpcisView):
    """The same checks as a capture, in the same words; for whoever may capture."""

    permission_classes = [RECORDER]
    renderer_classes = JSON_ONLY

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: OpenApiTypes.OBJECT}, operation_id="epcis_validate")
    def post(self, request: Request) -> Response:
        """Whether a document or event would be captured; refused as a capture refuses it."""
        try:
            body, form = body_of(request._request)
            documents.check_size(len(body))
            alone = single.is_event(body, form)
            events = [single.read_event(body, form)] if alone else documents.read(body, form=form).events
            documents.check_events(events, now=timezone.now())
            duplicates.stored(viewer_of(request).acting_for, [committed(event) for event in events])
        except CaptureRefused as error:
            raise refused(error) from error
        warnings = parties.unknown(enumerate(events))
        warnings = [single.without_list(place) for place in warnings] if alone else warnings
        return Response({"valid": True, "events": len(events), "warnings": told(warnings)})
