"""One way to turn pages, for the API and for lists on a page."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """`?page=2&per_page=100`; at most 500 a page."""

    page_size_query_param = "per_page"
    max_page_size = 500


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], per_page: int = 30) -> Page[Any]:
    """The page of `rows` that `?page=` asks for. A page number that makes no sense is the first or last page."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
