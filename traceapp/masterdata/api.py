"""`/api/v1/products/`, `/api/v1/lots/`, `/api/v1/locations/`: one's own master data. Nothing is deleted."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.permissions import BasePermission
from rest_framework.serializers import BaseSerializer

from traceapp.accounts.permissions import IsMember, has_role
from traceapp.accounts.visibility import viewer_of
from traceapp.masterdata import selectors
from traceapp.masterdata.models import Location, Lot, Product
from traceapp.masterdata.serializers import LocationSerializer, LotSerializer, ProductSerializer
from traceapp.masterdata.views import EDITORS

SEARCH = extend_schema_view(list=extend_schema(parameters=[OpenApiParameter("q", str, description="Search words.")]))


class _OwnMasterData(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet[Any],
):
    http_method_names = ("get", "post", "patch", "head", "options")

    @property
    def organisation_id(self) -> int:
        return viewer_of(self.request).acting_for

    @property
    def search(self) -> str:
        return str(self.request.query_params.get("q", "")).strip()[:100] if self.action == "list" else ""

    def get_permissions(self) -> list[BasePermission]:
        reading = self.request.method in ("GET", "HEAD", "OPTIONS")
        return [IsMember() if reading else has_role(*EDITORS)()]

    def get_serializer_context(self) -> dict[str, Any]:
        own = None if getattr(self, "swagger_fake_view", False) else self.organisation_id
        return {**super().get_serializer_context(), "organisation_id": own}

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        serializer.save(organisation_id=self.organisation_id)


@SEARCH
class ProductViewSet(_OwnMasterData):
    """Products, by GTIN (14 digits)."""

    serializer_class = ProductSerializer
    queryset = Product.objects.none()
    lookup_field = "gtin"
    lookup_value_regex = "[0-9]{14}"

    def get_queryset(self) -> QuerySet[Any]:
        return cast("QuerySet[Any]", selectors.products(self.organisation_id, self.search))


@SEARCH
class LotViewSet(_OwnMasterData):
    """Lots of one's own products."""

    serializer_class = LotSerializer
    queryset = Lot.objects.none()
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.lots(self.organisation_id, self.search)

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        serializer.save()  # a lot belongs to whoever owns its product


@SEARCH
class LocationViewSet(_OwnMasterData):
    """Places, by GLN."""

    serializer_class = LocationSerializer
    queryset = Location.objects.none()
    lookup_field = "gln"
    lookup_value_regex = "[0-9]{13}"

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.locations(self.organisation_id, self.search)
