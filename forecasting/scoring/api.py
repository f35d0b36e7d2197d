"""One score over the API, and what is decided on it."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasting import selectors as runs
from forecasting.governance import decisions
from forecasting.governance.models import Decision
from forecasting.models import DelayPrediction
from forecasting.scoring import selectors
from forecasting.views import READERS, TRAINERS
from traceapp.accounts.models import User
from traceapp.accounts.permissions import has_role
from traceapp.accounts.visibility import viewer_of
from traceapp.web.problems import problem


class DecisionIn(serializers.Serializer[Any]):
    """`override`: another chance of being late, and why. `score`: what was done because of the score."""

    id = serializers.UUIDField(required=False, help_text="Drawn by you: sent twice, it is decided once.")
    kind = serializers.ChoiceField(choices=Decision.Kind.choices)
    chance = serializers.FloatField(min_value=0, max_value=1, required=False, help_text="For an override; 0 to 1.")
    reason = serializers.CharField(max_length=500)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if (said["kind"] == Decision.Kind.OVERRIDE) != ("chance" in said):
            raise serializers.ValidationError({"chance": "An override names a chance from 0 to 1; a score does not."})
        return said


def _row(request: Request, run: UUID, record: UUID) -> DelayPrediction:
    row = selectors.score_of(viewer_of(request), run, record)
    if row is None:
        raise Http404
    return row


def _decision(one: selectors.Stated) -> dict[str, Any]:
    return {
        "id": str(one.decision.uid),
        "record": str(one.decision.record.uid) if one.decision.record else None,
        "statement": one.said,
        "ledger": {"state": one.state, "words": one.words},
        "scoreChangedSince": one.moved,
    }


class OneScore(APIView):
    """A delivery's score by a run: what went in, what came out, why, and every decision on it, newest first."""

    permission_classes = (has_role(*READERS),)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, run: UUID, record: UUID) -> Response:
        row = _row(request, run, record)
        found = runs.confirm(row.run)
        return Response(
            {
                "run": str(row.run.uid),
                "model": row.run.model_hash,
                "scheduled": row.scheduled.isoformat(),
                **decisions.score(row),
                "ledger": {"state": found.state, "words": found.words},
                "decisions": [_decision(one) for one in selectors.decisions(row)],
            }
        )


class Decisions(APIView):
    """Decide on a score. The statement goes on the ledger; 201, or 200 where this id was decided before."""

    permission_classes = (has_role(*TRAINERS),)

    @extend_schema(request=DecisionIn, responses={201: OpenApiTypes.OBJECT, 200: OpenApiTypes.OBJECT})
    def post(self, request: Request, run: UUID, record: UUID) -> Response:
        row = _row(request, run, record)
        asked = DecisionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        how: dict[str, Any] = {"row": row, "by": cast(User, request.user), "uid": said.get("id")}
        again = "id" in said and Decision.objects.filter(uid=said["id"], run=row.run).exists()
        try:
            if said["kind"] == Decision.Kind.OVERRIDE:
                made = decisions.override_delay(chance=said["chance"], reason=said["reason"], **how)
            else:
                made = decisions.used(decision=said["reason"], **how)
        except decisions.DecisionError as error:
            return problem(409, str(error))
        shown = next(one for one in selectors.decisions(row) if one.decision.pk == made.pk)
        return Response(_decision(shown), status=status.HTTP_200_OK if again else status.HTTP_201_CREATED)
