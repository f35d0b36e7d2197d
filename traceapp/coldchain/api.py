"""`/api/v1/coldchain/legs/`: which logger travelled with which goods, what it measured, and every reading to take away.

Figures and readings are worked out from verified bytes for each answer, as those of the pages.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from traceapp.accounts.permissions import IsMember
from traceapp.accounts.visibility import viewer_of
from traceapp.coldchain import exports, selectors
from traceapp.coldchain.judging import Judged, judge
from traceapp.coldchain.models import Leg
from traceapp.coldchain.serializers import LegSerializer, measured_of
from traceapp.web import parquet

GOODS = OpenApiParameter("q", str, description="Words of the goods' identifier or the logger's name.")


@extend_schema_view(
    list=extend_schema(parameters=[GOODS], summary="Legs that may be read, newest first"),
    retrieve=extend_schema(responses={200: OpenApiTypes.OBJECT}, summary="One leg with its figures and excursions"),
)
class LegViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Leg]):
    """Legs, by their uid."""

    permission_classes = (IsMember,)
    serializer_class = LegSerializer
    queryset = Leg.objects.none()
    lookup_field = "uid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Leg]:
        return selectors.legs_with(viewer_of(self.request), self.request.query_params.get("q", "").strip()[:200])

    def retrieve(self, request: Request, uid: str) -> Response:
        judged = self._judged()
        return Response({**self.get_serializer(judged.leg).data, **measured_of(judged)})

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, summary="Every verified reading, with what proves it")
    @action(detail=True)
    def readings(self, request: Request, uid: str) -> HttpResponseBase:
        """`{"columns": […], "readings": [[…], …], "left_out"}`; `csv/` and `parquet/` below hold the same."""
        judged = self._judged()
        return _named(StreamingHttpResponse(exports.json_text(judged), content_type="application/json"), judged)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, summary="The same as CSV")
    @action(detail=True, url_path="readings/csv", url_name="csv")
    def as_csv(self, request: Request, uid: str) -> HttpResponseBase:
        judged = self._judged()
        return _named(StreamingHttpResponse(exports.csv_text(judged), content_type="text/csv; charset=utf-8"), judged)

    @extend_schema(responses={(200, parquet.TYPE): OpenApiTypes.BINARY}, summary="The same as Parquet")
    @action(detail=True, url_path="readings/parquet", url_name="parquet")
    def as_parquet(self, request: Request, uid: str) -> HttpResponseBase:
        judged = self._judged()
        return _named(FileResponse(exports.parquet_file(judged), content_type=parquet.TYPE), judged)

    def _judged(self) -> Judged:
        return judge(self.get_object(), timezone.now())


def _named(answer: HttpResponseBase, judged: Judged) -> HttpResponseBase:
    answer["Traceapp-Messages-Left-Out"] = str(exports.left_out(judged))
    return answer
