"""One score over the API, and what is decided on it."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasting import selectors as runs
from forecasting.governance import decisions
from forecasting.governance.models import Decision
from forecasting.governance.serving import version_of
from forecasting.models import DelayPrediction, Run
from forecasting.scoring import selectors, services
from forecasting.scoring.models import Score, ScoreJob
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


def number_of(run: Run) -> int | None:
    """Of the version that a run is."""
    entry = version_of(run)
    return int(entry.content["version"]) if entry else None


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
                "version": number_of(row.run),
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


class ScoreJobIn(serializers.Serializer[Any]):
    """Neither: all open deliveries as known now. Both: one of them, planned for another day."""

    record = serializers.UUIDField(required=False)
    scheduled = serializers.DateField(required=False)


class ScoreOut(serializers.ModelSerializer[Score]):
    record = serializers.UUIDField(source="record_uid")

    class Meta:
        model = Score
        fields = ("record", "delivery", "scheduled", "p_late", "days_p10", "days_p50", "days_p90", "reasons")


class ScoreJobOut(serializers.ModelSerializer[ScoreJob]):
    id = serializers.UUIDField(source="uid", read_only=True)
    run = serializers.UUIDField(source="run.uid", read_only=True)
    model = serializers.CharField(source="run.model_hash", read_only=True, help_text="Hash of what spoke.")
    version = serializers.SerializerMethodField(help_text="Its number, where its run is registered as a version.")
    record = serializers.UUIDField(source="record.uid", read_only=True, default=None, help_text="Its statement.")
    scores = ScoreOut(many=True, read_only=True)

    class Meta:
        model = ScoreJob
        fields = (
            *("id", "run", "model", "version", "state", "progress", "doing", "error"),
            *("until", "used", "record", "scores"),
        )

    def get_version(self, job: ScoreJob) -> int | None:
        return number_of(job.run)


class ScoreJobs(APIView):
    """Ask a run's model anew, as known now, or what if a delivery were planned for another day."""

    permission_classes = (has_role(*TRAINERS),)

    @extend_schema(request=ScoreJobIn, responses={202: ScoreJobOut})
    def post(self, request: Request, run: UUID) -> Response:
        found = get_object_or_404(runs.runs(viewer_of(request)).select_related("organisation"), uid=run)
        asked = ScoreJobIn(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            job = services.request(run=found, user=cast(User, request.user), **asked.validated_data)
        except services.ScoreError as error:
            return problem(400, str(error))
        return Response(ScoreJobOut(job).data, status=status.HTTP_202_ACCEPTED)


class OneScoreJob(APIView):
    """A job of scores, with them once it is done."""

    permission_classes = (has_role(*READERS),)

    @extend_schema(responses=ScoreJobOut)
    def get(self, request: Request, uid: UUID) -> Response:
        own = ScoreJob.objects.filter(organisation_id=viewer_of(request).organisation_id or 0)
        return Response(ScoreJobOut(get_object_or_404(own.select_related("run", "record"), uid=uid)).data)
