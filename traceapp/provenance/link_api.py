"""`/api/v1/links/`: where our codes lead. The rules are those of the pages."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.permissions import BasePermission

from traceapp.accounts.permissions import IsMember, has_role
from traceapp.accounts.visibility import viewer_of
from traceapp.epcis.gs1_keys import IdentifierError
from traceapp.masterdata.views import EDITORS
from traceapp.provenance.link_rules import entity_of
from traceapp.provenance.link_selectors import links_of
from traceapp.provenance.link_services import LinkRefused, add_link, change_link, delete_link
from traceapp.provenance.models import Link


class LinkSerializer(serializers.ModelSerializer[Link]):
    """`code` is a code in any form, and answered as its Digital Link path; `languages` is a list of tags."""

    code = serializers.CharField(source="path", max_length=2048)
    languages = serializers.ListField(child=serializers.CharField(max_length=11), required=False, max_length=20)

    class Meta:
        model = Link
        fields: ClassVar[list[str]] = [
            *("id", "code", "link_type", "href", "title", "languages", "media_type", "standing"),
            *("valid_from", "valid_until", "created", "changed"),
        ]
        read_only_fields: ClassVar[list[str]] = ["id", "created", "changed"]
        validators: ClassVar[list[object]] = []  # the services say it in words, and let a new default take over

    def to_representation(self, instance: Link) -> dict[str, Any]:
        shown = {
            name: getattr(instance, name) for name in ("id", "link_type", "href", "title", "media_type", "standing")
        }
        times = {name: getattr(instance, name) for name in ("valid_from", "valid_until", "created", "changed")}
        return shown | times | {"code": instance.path, "languages": instance.languages.split()}

    def validate_languages(self, value: list[str]) -> str:
        return " ".join(value)

    def create(self, validated_data: dict[str, Any]) -> Link:
        try:
            entity = entity_of(validated_data.pop("path"))
        except IdentifierError as error:
            raise serializers.ValidationError({"code": str(error)}) from error
        try:
            organisation_id = validated_data.pop("organisation_id")
            return add_link(organisation_id=organisation_id, entity=entity, values=validated_data)
        except LinkRefused as refused:
            raise serializers.ValidationError(refused.errors) from refused

    def update(self, instance: Link, validated_data: dict[str, Any]) -> Link:
        if "path" in validated_data:
            raise serializers.ValidationError({"code": "This cannot be changed. Delete the link and add a new one."})
        try:
            return change_link(link=instance, values=validated_data)
        except LinkRefused as refused:
            raise serializers.ValidationError(refused.errors) from refused


@extend_schema_view(list=extend_schema(parameters=[OpenApiParameter("q", str, description="Search words.")]))
class LinkViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[Any],
):
    """Links of one's own codes."""

    serializer_class = LinkSerializer
    queryset = Link.objects.none()
    http_method_names = ("get", "post", "patch", "delete", "head", "options")
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Link]:
        search = str(self.request.query_params.get("q", "")).strip()[:100] if self.action == "list" else ""
        return links_of(viewer_of(self.request).acting_for, search)

    def get_permissions(self) -> list[BasePermission]:
        reading = self.request.method in ("GET", "HEAD", "OPTIONS")
        return [IsMember() if reading else has_role(*EDITORS)()]

    def perform_create(self, serializer: serializers.BaseSerializer[Link]) -> None:
        viewer = viewer_of(self.request)
        if viewer.organisation_id is None:
            raise PermissionDenied
        serializer.save(organisation_id=viewer.organisation_id)

    def perform_destroy(self, instance: Link) -> None:
        delete_link(link=instance)
