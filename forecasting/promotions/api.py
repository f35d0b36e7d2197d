"""Planned offers over the API."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from forecasting.promotions import selectors, services
from forecasting.promotions.models import PlannedPromotion
from forecasting.views import READERS, TRAINERS
from traceapp.accounts.permissions import has_role
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import viewer_of
from traceapp.web.problems import problem


class PromotionOut(serializers.ModelSerializer[PlannedPromotion]):
    id = serializers.UUIDField(source="uid", read_only=True)

    class Meta:
        model = PlannedPromotion
        fields = ("id", "product", "place", "first", "last", "depth", "created", "withdrawn")

    def to_representation(self, instance: PlannedPromotion) -> dict[str, Any]:
        found: dict[str, Any] = super().to_representation(instance)
        return {{"first": "from", "last": "to"}.get(name, name): value for name, value in found.items()}


class Promotions(generics.ListAPIView[PlannedPromotion]):
    """Planned offers that are not withdrawn; POST plans one, or a list of them: all or none.

    Each is `{"product", "place", "from", "to", "depth"}`: GTIN or name, GLN or name (or nothing: everywhere), first and
    last day, percent off (or nothing).
    """

    serializer_class = PromotionOut
    queryset = PlannedPromotion.objects.none()

    def get_permissions(self) -> list[Any]:
        return [has_role(*(TRAINERS if self.request.method == "POST" else READERS))()]

    def get_queryset(self) -> Any:
        return selectors.standing(viewer_of(self.request))

    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: PromotionOut(many=True)})
    def post(self, request: Request) -> Response:
        said = request.data if isinstance(request.data, list) else [request.data]
        if not said or not all(isinstance(one, dict) for one in said):
            return problem(400, "Send an offer as a JSON object, or a list of them.")
        if len(said) > services.MOST:
            return problem(400, f"At most {services.MOST:,} offers at once.")
        organisation = acting_organisation(request)
        try:
            made = services.plan(organisation=organisation, said=said, by=request.user)  # type: ignore[arg-type]
        except services.BadFile as error:
            return problem(400, " ".join(error.faults[:20]))
        return Response(PromotionOut(made, many=True).data, status=status.HTTP_201_CREATED)


class Promotion(generics.RetrieveDestroyAPIView[PlannedPromotion]):
    """One planned offer; DELETE withdraws it."""

    serializer_class = PromotionOut
    queryset = PlannedPromotion.objects.none()
    lookup_field = "uid"

    def get_permissions(self) -> list[Any]:
        return [has_role(*(TRAINERS if self.request.method == "DELETE" else READERS))()]

    def get_queryset(self) -> Any:
        return selectors.promotions(viewer_of(self.request))

    def perform_destroy(self, instance: PlannedPromotion) -> None:
        services.withdraw(instance)
