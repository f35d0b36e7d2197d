"""Stocks over the API: the numbers of the page."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasting import selectors as runs
from forecasting.inventory import files, selectors
from forecasting.inventory.forms import REVIEW, SERVICE, WishForm
from forecasting.inventory.views import download
from forecasting.models import Kind
from forecasting.views import READERS
from traceapp.accounts.permissions import has_role
from traceapp.accounts.visibility import viewer_of
from traceapp.web import parquet
from traceapp.web.pagination import Pages
from traceapp.web.problems import problem


class StockPages(Pages):
    """Each stock is worked out when it is asked for."""

    page_size = 50
    max_page_size = 200


def _number(name: str, words: str, default: float | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.DOUBLE, description=words, default=default)


class Inventory(APIView):
    """Reorder point, safety stock and order-up-to level of a run's series, in the product's unit.

    `expected` is what is sold over the lead time on average; `lead_time_from` says whether the lead time was `given`,
    learnt from `deliveries` to the place, or `assumed`. With `product` and `place` those alone; `?as=csv` and
    `?as=parquet` give all series as a file.
    """

    permission_classes = (has_role(*READERS),)

    @extend_schema(
        parameters=[
            _number("service_level", "Percent of order cycles without a stock-out, 50 to 99.9.", SERVICE),
            _number("lead_time", "Days, 0 to 365; without it what deliveries to each place took."),
            _number("spread", "Standard deviation of the lead time in days, 0 to 180."),
            _number("review", "Days between two looks at the stock, 0 to 180.", REVIEW),
            OpenApiParameter("product", OpenApiTypes.STR),
            OpenApiParameter("place", OpenApiTypes.STR),
            OpenApiParameter("page", OpenApiTypes.INT),
            OpenApiParameter("per_page", OpenApiTypes.INT),
            OpenApiParameter("as", OpenApiTypes.STR, enum=["json", "csv", "parquet"]),
        ],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, parquet.TYPE): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, uid: UUID) -> Response | HttpResponseBase:
        viewer = viewer_of(request)
        run = get_object_or_404(runs.runs(viewer), uid=uid, kind=Kind.DEMAND)
        form = WishForm.asked(request.query_params)
        if not form.is_valid():
            return problem(400, " ".join(f"{name}: {why[0]}" for name, why in form.errors.items()))
        if (kind := request.query_params.get("as", "")) in files.FORMS:
            return download(viewer, run, form, kind)
        some: Any = selectors.series_of(run)
        for name in ("product", "place"):
            if value := request.query_params.get(name):
                some = some.filter(**{name: value})
        pages = StockPages()
        page: Any = pages.paginate_queryset(some, request, view=self) or []
        found = selectors.stocks(run, page, selectors.inbound(viewer), form.wish())
        return pages.get_paginated_response([one.line for one in found])
