"""Proof bundles over the API: one's own view of a record, chosen fields, and links for others."""

import re
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import permissions, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from traceapp.accounts.visibility import Relation, Viewer, relation, viewer_of
from traceapp.ledger import proof, proof_links
from traceapp.ledger.models import Record
from traceapp.ledger.proof import NoProof, UnknownFields
from traceapp.ledger.proof_links import LinkRefused
from traceapp.web.problems import problem

_BETWEEN: Final = re.compile(",(?=/)")  # a pointer may hold a comma, but begins with a slash
_DEFAULT_HOURS: Final = 7 * 24
_MOST_FIELDS: Final = 200
_PROBLEMS: Final = {404: OpenApiTypes.OBJECT, 409: OpenApiTypes.OBJECT, 400: OpenApiTypes.OBJECT}


def _visible(uid: UUID, viewer: Viewer) -> tuple[Record, Relation]:
    record = Record.objects.filter(uid=uid).first()
    how = relation(viewer, record) if record else None
    if record is None or how is None:
        raise NotFound
    return record, how


def _file(bundle: bytes, uid: UUID) -> HttpResponse:
    """The bytes as they are: another layout of the same JSON would be refused by every checker."""
    headers = {"Content-Disposition": f'attachment; filename="proof-{uid}.json"', "Cache-Control": "private, no-store"}
    return HttpResponse(bundle, content_type="application/json", headers=headers)


def _unproven(error: NoProof) -> Response:
    return problem(409, error.reason, title="Not verified", state=error.state)


def _unknown(error: UnknownFields) -> Response:
    why = "The record has no such field, or it is not for you to show."
    return problem(400, str(error), title="Unknown fields", errors=[(pointer, why) for pointer in error.pointers])


class ProofView(APIView):
    permission_classes = [permissions.AllowAny]

    @extend_schema(
        parameters=[OpenApiParameter("fields", str, description="Pointers such as /event/bizStep, with commas.")],
        responses={200: OpenApiTypes.OBJECT, **_PROBLEMS},
        operation_id="proof",
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        """The proof bundle of a record, with the fields you may see, or those of them you ask for. Public records
        need no account."""
        record, how = _visible(uid, viewer_of(request))
        try:
            return _file(proof.make(record, how, fields=_fields(request)), uid)
        except NoProof as error:
            return _unproven(error)
        except UnknownFields as error:
            return _unknown(error)


def _fields(request: Request) -> list[str] | None:
    asked = request.query_params.getlist("fields")
    if not asked:
        return None
    return [one for text in asked for one in _BETWEEN.split(text) if one][:_MOST_FIELDS]


class ProofLinkRequestSerializer(serializers.Serializer[Any]):
    """Which fields a link shows (all that its maker may see, if none is named), and how long."""

    fields_ = serializers.ListField(
        child=serializers.CharField(max_length=500), max_length=_MOST_FIELDS, required=False
    )
    hours = serializers.IntegerField(
        min_value=1, max_value=proof_links.LONGEST.days * 24, default=_DEFAULT_HOURS, required=False
    )

    def get_fields(self) -> dict[str, Any]:
        """`fields` is a name that serializers use themselves."""
        named = super().get_fields()
        return {"fields": named["fields_"], "hours": named["hours"]}


class ProofLinksView(APIView):
    @extend_schema(
        request=ProofLinkRequestSerializer,
        responses={
            201: inline_serializer(
                "ProofLink", {"url": serializers.URLField(), "expires": serializers.DateTimeField()}
            ),
            **_PROBLEMS,
        },
        operation_id="proof_link",
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """A link that shows chosen fields of a record, with their proof, to anyone who has it, until it expires."""
        asked = ProofLinkRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        viewer = viewer_of(request)
        record, _ = _visible(uid, viewer)
        valid_for = timedelta(hours=asked.validated_data["hours"])
        fields = asked.validated_data.get("fields")
        try:
            token, link = proof_links.sign(record=record, viewer=viewer, fields=fields, valid_for=valid_for)
        except NoProof as error:
            return _unproven(error)
        except UnknownFields as error:
            return _unknown(error)
        url = request.build_absolute_uri(reverse("api-proof-link", args=[token]))
        return Response({"url": url, "expires": link.expires}, status=201)


class SharedProofView(APIView):
    permission_classes = [permissions.AllowAny]
    authentication_classes = []

    @extend_schema(
        responses={200: OpenApiTypes.OBJECT, 410: OpenApiTypes.OBJECT, **_PROBLEMS}, operation_id="shared_proof"
    )
    def get(self, request: Request, token: str) -> HttpResponse:
        """The proof bundle behind a link. For whoever has the link."""
        try:
            link = proof_links.opened(token)
            return _file(proof_links.bundle_of(link), link.uid)
        except LinkRefused as error:
            return problem(410, str(error), title="This link does not open")
        except NoProof as error:
            return _unproven(error)
        except UnknownFields as error:
            return _unknown(error)
