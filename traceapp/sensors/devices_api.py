"""`/api/v1/sensors/devices/`: one's own devices, their keys and how they are. The pages do the same.

Whatever changes a key is a transaction of the contract: it is answered 201 or 202 once it is queued for the ledger, and
the key's `state` says when the ledger has it.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.permissions import IsMember, has_role
from traceapp.accounts.visibility import viewer_of
from traceapp.sensors import devices, refusals, selectors, serializers
from traceapp.sensors.devices import Description, DeviceRefused
from traceapp.sensors.forms import ABOUT
from traceapp.sensors.models import Device, DeviceKey
from traceapp.sensors.views import MANAGERS
from traceapp.web.problems import problem


def refused(error: DeviceRefused) -> Response:
    """400 at a field; 409 where what stands forbids it."""
    if error.field:
        raise ValidationError({error.field: str(error)})
    return problem(409, str(error))


class ManagersWrite:
    """Every member reads; who may manage devices writes."""

    request: Any

    def get_permissions(self) -> list[BasePermission]:
        reading = self.request.method in ("GET", "HEAD", "OPTIONS")
        return [IsMember() if reading else has_role(*MANAGERS)()]

    @property
    def organisation(self) -> Organisation:
        return Organisation.objects.get(pk=viewer_of(self.request).acting_for)

    @property
    def member(self) -> User:
        member: User = self.request.user
        return member


SEARCH = OpenApiParameter("q", str, description="Words of its name, GIAI or model.")


@extend_schema_view(list=extend_schema(parameters=[SEARCH]))
class DeviceViewSet(
    ManagersWrite,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[Device],
):
    """Devices, by their uid."""

    http_method_names = ("get", "post", "patch", "delete", "head", "options")
    serializer_class = serializers.DeviceSerializer
    queryset = Device.objects.none()
    lookup_field = "uid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Device]:
        words = str(self.request.query_params.get("q", "")).strip()[:100] if self.action == "list" else ""
        return selectors.devices_of(viewer_of(self.request), words)

    def get_serializer_context(self) -> dict[str, Any]:
        own = None if getattr(self, "swagger_fake_view", False) else self.organisation
        return {**super().get_serializer_context(), "organisation": own}

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Register a device; its key is sent to the ledger."""
        given = dict(serializer.validated_data)
        about = Description(**{name: given[name] for name in ABOUT if name in given})
        try:
            serializer.instance = devices.register(
                organisation=self.organisation,
                by=self.member,
                giai=given["giai"],
                public_key=given["public_key"],
                about=about,
            )
        except DeviceRefused as error:
            raise ValidationError({error.field or "giai": str(error)}) from error

    @extend_schema(request=serializers.AboutSerializer, responses=serializers.DeviceSerializer)
    def partial_update(self, request: Request, uid: Any) -> Response:
        """Change what is said of a device. The ledger keeps what was said when its key was registered."""
        device = self.get_object()
        asked = serializers.AboutSerializer(device, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        devices.describe(device=device, about=asked.validated_data)
        return Response(self.get_serializer(self.get_object()).data)

    def destroy(self, request: Request, uid: Any) -> Response:
        """Take back a device whose registration the ledger rejected; 409 for any other."""
        try:
            devices.withdraw(device=self.get_object())
        except DeviceRefused as error:
            return refused(error)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=serializers.NewKeySerializer, responses={202: serializers.DeviceSerializer})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, uid: Any) -> Response:
        """Give a device a new key. The one in force ends when the ledger holds the new one."""
        given = self._asked(serializers.NewKeySerializer)
        return self._changed(
            lambda device: devices.rotate(device=device, by=self.member, public_key=given["public_key"])
        )

    @extend_schema(request=serializers.RevocationSerializer, responses={202: serializers.DeviceSerializer})
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, uid: Any) -> Response:
        """Take nothing more from a key, and tell the ledger since when not to trust it. This cannot be undone."""
        given = self._asked(serializers.RevocationSerializer)

        def act(device: Device) -> None:
            key = _named(device, given.get("kid", ""))
            devices.revoke(key=key, by=self.member, reason=given["reason"], since=given.get("since"))

        return self._changed(act)

    def _asked(self, kind: Any) -> dict[str, Any]:
        asked = kind(data=self.request.data)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    def _changed(self, act: Callable[[Device], Any]) -> Response:
        try:
            act(self.get_object())
        except DeviceRefused as error:
            return refused(error)
        return Response(self.get_serializer(self.get_object()).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=serializers.HealthSerializer)
    @action(detail=True)
    def health(self, request: Request, uid: Any) -> Response:
        """What a device last said, what is missing of it, and what was refused, by reason."""
        return Response(serializers.HealthSerializer(self.get_object()).data)

    @extend_schema(
        request={"application/json": {"type": "object", "properties": {"reason": {"type": "string"}}}},
        responses=serializers.HealthSerializer,
    )
    @action(detail=True, methods=["post"])
    def seen(self, request: Request, uid: Any) -> Response:
        """Somebody has looked at what was refused for a `reason`; the next one is an alarm again."""
        device = self.get_object()
        reason = str(request.data.get("reason", "")) if isinstance(request.data, dict) else ""
        refusals.acknowledge(whose=device, reason=reason, by=self.member)
        return Response(serializers.HealthSerializer(device).data)


def _named(device: Device, kid: str) -> DeviceKey:
    """The key of that kid, or the newest in force. 404 where there is none."""
    keys = [key for key in device.keys.all() if (key.kid == kid if kid else key.state == key.State.ACTIVE)]
    if not keys:
        raise NotFound("This device has no such key." if kid else "This device has no key in force.")
    return keys[0]


@extend_schema(responses={200: serializers.RefusalSerializer(many=True), 401: OpenApiTypes.OBJECT})
class Refusals(generics.ListAPIView[Any]):
    """What was refused of devices that are not registered: sent with a token of yours, or under a number of yours."""

    permission_classes = (IsMember,)
    serializer_class = serializers.RefusalSerializer
    pagination_class = None
    queryset = Device.objects.none()

    def get_queryset(self) -> Any:
        return selectors.refusals_without_a_device(viewer_of(self.request))
