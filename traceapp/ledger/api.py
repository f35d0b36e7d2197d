"""The ledger over the API: how it stands, records and their states, and the keys of receipts."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import generics, permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from traceapp.accounts.visibility import viewer_of
from traceapp.ledger import receipts, selectors
from traceapp.ledger.models import Record, RecordKind


class StatusSerializer(serializers.Serializer[selectors.LedgerStatus]):
    """Where relay, projection and scrub stand."""

    followed = serializers.IntegerField()
    height = serializers.IntegerField(allow_null=True)
    queued = serializers.IntegerField()
    oldestQueued = serializers.DateTimeField(source="oldest_queued", allow_null=True)  # noqa: N815
    batchesUnderWay = serializers.IntegerField(source="batches_under_way")  # noqa: N815
    running = serializers.BooleanField()
    trouble = serializers.CharField()
    scrubFinished = serializers.DateTimeField(source="scrub_finished", allow_null=True)  # noqa: N815
    scrubAge = serializers.FloatField(source="scrub_age", allow_null=True)  # noqa: N815
    openFindings = serializers.IntegerField(source="open_findings")  # noqa: N815


class RecordSerializer(serializers.Serializer[Record]):
    """A record's way in. Whether it is verified, its proof says."""

    id = serializers.UUIDField(source="uid")
    kind = serializers.CharField()
    recordedBy = serializers.CharField(source="organisation.pgln")  # noqa: N815
    recordTime = serializers.DateTimeField(source="record_time")  # noqa: N815
    state = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    batch = serializers.CharField(source="batch_id", allow_null=True)
    position = serializers.IntegerField(allow_null=True)

    def get_state(self, record: Record) -> str:
        return self._state(record).value

    def get_reason(self, record: Record) -> str:
        return self._state(record).reason

    def _state(self, record: Record) -> selectors.State:
        found: selectors.State = self.context["states"].get(record.pk, selectors.State.QUEUED)
        return found


class LedgerStatusView(APIView):
    @extend_schema(responses=StatusSerializer, operation_id="ledger_status")
    def get(self, request: Request) -> Response:
        """How far the ledger was followed, what waits, and when everything was last rechecked."""
        return Response(StatusSerializer(selectors.ledger_status(viewer_of(request))).data)


class RecordsQuerySerializer(serializers.Serializer[Any]):
    """Which records are asked for. Times are RFC 3339 with a zone; `from` is included, `to` is not."""

    kind = serializers.ChoiceField(RecordKind.choices, required=False)
    state = serializers.ChoiceField(sorted(selectors.IN_STATE), required=False)
    from_ = serializers.DateTimeField(required=False)
    to = serializers.DateTimeField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of the language."""
        named = super().get_fields()
        return {name.rstrip("_"): field for name, field in named.items()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if {"from", "to"} <= attrs.keys() and attrs["from"] >= attrs["to"]:
            raise serializers.ValidationError({"to": "The end has to lie after the beginning."})
        return attrs


class RecordsView(generics.GenericAPIView[Record]):
    serializer_class = RecordSerializer

    @extend_schema(
        parameters=[
            OpenApiParameter("kind", str, enum=RecordKind.values, description="Only records of this kind."),
            OpenApiParameter("state", str, enum=sorted(selectors.IN_STATE), description="Only records in this state."),
            OpenApiParameter("from", OpenApiTypes.DATETIME, description="Recorded at this time or later."),
            OpenApiParameter("to", OpenApiTypes.DATETIME, description="Recorded before this time."),
        ],
        responses={200: RecordSerializer(many=True), 400: OpenApiTypes.OBJECT},
        operation_id="records",
    )
    def get(self, request: Request) -> Response:
        """The records you may read, newest first, with their states. Turn pages with `page` and `per_page`."""
        asked = RecordsQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = selectors.records(viewer_of(request), **_wanted(asked.validated_data))
        page = self.paginate_queryset(found.select_related("organisation").defer("disclosures", "hidden", "leaf")) or []
        context = {"states": selectors.states([record.pk for record in page])}
        many: Any = page  # the stubs know of no `many`
        return self.get_paginated_response(RecordSerializer(many, many=True, context=context).data)


def _wanted(asked: dict[str, Any]) -> dict[str, Any]:
    names = {"from": "since", "to": "until"}
    return {names.get(name, name): value for name, value in asked.items()}


class ReceiptKeysView(APIView):
    permission_classes = [permissions.AllowAny]

    @extend_schema(
        responses=inline_serializer("Keys", {"keys": serializers.ListField(child=serializers.DictField())}),
        operation_id="receipt_keys",
    )
    def get(self, request: Request) -> Response:
        """The public keys that receipts are signed with, as a JWK Set. For everyone."""
        keys: dict[str, Any] = receipts.receipt_keys()
        return Response(keys)
