"""Models over the API: versions, their votes, what is served, what was reported. The pages show the same numbers."""

import json
from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasting.governance import files, selectors
from forecasting.governance.models import Entry
from forecasting.views import READERS
from traceapp.accounts.permissions import has_role
from traceapp.accounts.views import acting_organisation


class VersionOut(serializers.ModelSerializer[Entry]):
    id = serializers.CharField(source="model")
    version = serializers.IntegerField(source="content.version")
    status = serializers.CharField(source="content.status")
    document = serializers.JSONField(source="content", help_text="As it lies on the ledger.")

    class Meta:
        model = Entry
        fields = ("id", "purpose", "version", "status", "msp_id", "pgln", "document", "tx_id", "block")


class VersionDetail(VersionOut):
    card = serializers.SerializerMethodField(help_text="The model card with its salt, to its owner; else null.")
    deployments = serializers.SerializerMethodField(help_text="Proposals with their votes, as on the ledger.")

    class Meta(VersionOut.Meta):
        fields = (*VersionOut.Meta.fields, "card", "deployments")  # type: ignore[assignment]

    def get_card(self, entry: Entry) -> dict[str, Any] | None:
        own = selectors.mine(acting_organisation(self.context["request"]), entry.model)
        return json.loads(own.card) if own else None

    def get_deployments(self, entry: Entry) -> list[dict[str, Any]]:
        found = Entry.objects.filter(kind=Entry.Kind.DEPLOYMENT, model=entry.model)
        return [one.content for one in found]


class Versions(generics.ListAPIView[Entry]):
    """Versions that you own, vote or report on, newest first."""

    serializer_class = VersionOut
    permission_classes = (has_role(*READERS),)
    queryset = Entry.objects.none()

    def get_queryset(self) -> Any:
        return selectors.versions(acting_organisation(self.request))


class OneVersion(generics.RetrieveAPIView[Entry]):
    """One version with its card and votes."""

    serializer_class = VersionDetail
    permission_classes = (has_role(*READERS),)
    queryset = Entry.objects.none()
    lookup_field = "model"

    def get_queryset(self) -> Any:
        return selectors.versions(acting_organisation(self.request))


class Serving(APIView):
    """What your organisation serves for each purpose, and why not the live one where that is so."""

    permission_classes = (has_role(*READERS),)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response(
            {
                str(kind): {
                    "run": str(one.run.uid) if one.run else None,
                    "model": one.model or None,
                    "version": one.number or None,
                    "note": one.note,
                }
                for kind, one in selectors.served_by(acting_organisation(request))
            }
        )


class Metrics(APIView):
    """What reporters said of a version, one row a report and group; `?as=csv` and `?as=parquet` give files."""

    permission_classes = (has_role(*READERS),)

    @extend_schema(
        parameters=[OpenApiParameter("as", OpenApiTypes.STR, enum=["json", "csv", "parquet"])],
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, model: str) -> Response | HttpResponse:
        entry = selectors.version(acting_organisation(request), model)
        if entry is None:
            raise Http404
        lines = selectors.lines(selectors.measured(entry))
        form = request.query_params.get("as", "json")
        if form in files.TYPES:
            return HttpResponse(files.written(lines, form), content_type=files.TYPES[form])
        return Response({"model": model, "metrics": lines})
