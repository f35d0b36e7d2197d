"""Brands and regions over the API."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasting import selectors as runs
from forecasting.hierarchy import selectors
from forecasting.models import Kind
from forecasting.views import READERS
from traceapp.accounts.permissions import has_role
from traceapp.accounts.visibility import viewer_of
from traceapp.web.pagination import Pages


class Groups(APIView):
    """Forecasts of brands and regions. Each mean is the sum of its parts' means; `null` stands for all of them.

    Intervals are the whole's own: from tests in which its parts' errors were added up.
    """

    permission_classes = (has_role(*READERS),)

    @extend_schema(
        parameters=[OpenApiParameter(name, OpenApiTypes.INT) for name in ("page", "per_page")],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, uid: UUID) -> Response:
        run = get_object_or_404(runs.runs(viewer_of(request)), uid=uid, kind=Kind.DEMAND)
        pages = Pages()
        page: Any = pages.paginate_queryset(selectors.groups(run), request, view=self) or []
        return pages.get_paginated_response([selectors.line(one) for one in page])
