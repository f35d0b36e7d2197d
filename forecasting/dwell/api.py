"""Dwell times over the API: the same numbers as on the page."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasting.dwell import selectors, services
from forecasting.dwell.models import DwellJob
from forecasting.dwell.views import download
from forecasting.views import READERS, TRAINERS
from traceapp.accounts.permissions import has_role
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import viewer_of


class DwellJobOut(serializers.ModelSerializer[DwellJob]):
    id = serializers.UUIDField(source="uid", read_only=True)

    class Meta:
        model = DwellJob
        fields = (
            *("id", "state", "progress", "doing", "error", "created", "finished"),
            *("until", "as_of_block", "used", "left_out"),
        )


class Bottlenecks(APIView):
    """Places in the order in which goods surely wait longest, in hours; POST measures again.

    `median_low` and `median_high` bound the median in 95 of 100 cases, and are null where there are fewer than six
    stays. `?as=csv` gives the file.
    """

    def get_permissions(self) -> list[Any]:
        return [has_role(*(TRAINERS if self.request.method == "POST" else READERS))()]

    @extend_schema(
        parameters=[OpenApiParameter("as", OpenApiTypes.STR, enum=["json", "csv"])],
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> Any:
        if request.query_params.get("as") == "csv":
            return download(request._request)
        viewer = viewer_of(request)
        job, now = selectors.newest(viewer), selectors.current(viewer)
        return Response(
            {
                "measured": DwellJobOut(job).data if job else None,
                "running": DwellJobOut(now).data if now else None,
                "places": selectors.lines(job) if job else [],
            }
        )

    @extend_schema(request=None, responses={202: DwellJobOut})
    def post(self, request: Request) -> Response:
        organisation = acting_organisation(request)
        job = services.request(organisation=organisation, user=request.user)  # type: ignore[arg-type]
        return Response(DwellJobOut(job).data, status=status.HTTP_202_ACCEPTED)
