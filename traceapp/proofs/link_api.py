"""Links to proofs over the API: make, list, revoke, and open one."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from traceapp.accounts.visibility import viewer_of
from traceapp.ledger.proof import FieldsRefused, NoProof
from traceapp.proofs import links
from traceapp.proofs.api import MOST_FIELDS, PROBLEMS, file_of, refused, unproven, visible
from traceapp.proofs.links import LinkRefused
from traceapp.proofs.models import ProofLink
from traceapp.web.problems import problem

_DEFAULT_HOURS: Final = 7 * 24


class ProofLinkRequestSerializer(serializers.Serializer[Any]):
    """Which fields a link shows (all that its maker may see, if none is named), and how long."""

    fields_ = serializers.ListField(child=serializers.CharField(max_length=500), max_length=MOST_FIELDS, required=False)
    hours = serializers.IntegerField(
        min_value=1, max_value=links.LONGEST.days * 24, default=_DEFAULT_HOURS, required=False
    )

    def get_fields(self) -> dict[str, Any]:
        """`fields` is a name that serializers use themselves."""
        named = super().get_fields()
        return {"fields": named["fields_"], "hours": named["hours"]}


class ProofLinkSerializer(serializers.Serializer[ProofLink]):
    """A link: where it leads, what it shows (`fields` null: all that your organisation may see), until when."""

    id = serializers.IntegerField(source="pk")
    record = serializers.UUIDField(source="record_uid")
    url = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField()
    pointers = serializers.JSONField()
    state = serializers.CharField()
    made = serializers.DateTimeField()
    expires = serializers.DateTimeField()

    def get_url(self, link: ProofLink) -> str:
        """The bundle itself, for programs."""
        return f"{settings.PUBLIC_URL}{reverse('api-proof-link', args=[links.token_of(link)])}"

    def get_page(self, link: ProofLink) -> str:
        """The page for people."""
        return f"{settings.PUBLIC_URL}{reverse('proofs:shared', args=[links.token_of(link)])}"


class ProofLinksView(APIView):
    @extend_schema(
        request=ProofLinkRequestSerializer, responses={201: ProofLinkSerializer, **PROBLEMS}, operation_id="proof_link"
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """A link that shows chosen fields of a record, with their proof, to anyone who has it, until it expires."""
        asked = ProofLinkRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        record, _ = visible(uid, viewer)
        maker: Any = request.user
        valid_for = timedelta(hours=asked.validated_data["hours"])
        fields = asked.validated_data.get("fields")
        try:
            link = links.make(record=record, viewer=viewer, maker=maker, fields=fields, valid_for=valid_for)
        except NoProof as error:
            return unproven(error, record)
        except FieldsRefused as error:
            return refused(error)
        return Response(ProofLinkSerializer(link).data, status=201)


class MyProofLinksView(generics.GenericAPIView[ProofLink]):
    serializer_class = ProofLinkSerializer

    @extend_schema(responses=ProofLinkSerializer(many=True), operation_id="proof_links")
    def get(self, request: Request) -> Response:
        """The links that you made, newest first; of an administrator's organisation all."""
        page: Any = self.paginate_queryset(links.links_for(viewer_of(request), request.user)) or []
        return self.get_paginated_response(ProofLinkSerializer(page, many=True).data)


class MyProofLinkView(APIView):
    @extend_schema(responses={204: None, 404: OpenApiTypes.OBJECT}, operation_id="proof_link_revoke")
    def delete(self, request: Request, pk: int) -> Response:
        """Revoke a link: from now on it opens nothing."""
        links.revoke(link=get_object_or_404(links.links_for(viewer_of(request), request.user), pk=pk))
        return Response(status=204)


class SharedProofView(APIView):
    permission_classes = [permissions.AllowAny]
    authentication_classes = []

    @extend_schema(
        responses={200: OpenApiTypes.OBJECT, 304: None, 410: OpenApiTypes.OBJECT, **PROBLEMS},
        operation_id="shared_proof",
    )
    def get(self, request: Request, token: str) -> HttpResponse:
        """The proof bundle behind a link. For whoever has the link."""
        try:
            link = links.opened(token)
            return file_of(request, links.bundle_of(link), link.record_uid)
        except LinkRefused as error:
            return problem(410, str(error), title="This link does not open", state=error.state)
        except NoProof as error:
            return unproven(error)
        except FieldsRefused as error:
            return refused(error)
