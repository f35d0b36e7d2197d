"""Forecasts over the API: ask for a training, follow it, read what came out."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasting import selectors, services
from forecasting.models import Kind, Run, TrainingJob
from forecasting.output import as_objects, lines_of_run
from forecasting.parameters import BadParameters
from forecasting.scoring.selectors import expectations
from forecasting.views import FILES, READERS, TRAINERS, file_of
from traceapp.accounts.permissions import has_role
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import viewer_of
from traceapp.web import parquet
from traceapp.web.problems import problem


class JobIn(serializers.Serializer[Any]):
    """What to train. Every parameter may be left out."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    until = serializers.DateField(required=False, help_text="Last day that counts as known.")
    horizon = serializers.IntegerField(required=False, help_text="Periods for demand, days for delay.")
    measure = serializers.ChoiceField(choices=["sold", "shipped"], required=False)
    origins = serializers.IntegerField(required=False, help_text="Test windows.")


class JobOut(serializers.ModelSerializer[TrainingJob]):
    id = serializers.UUIDField(source="uid", read_only=True)
    run = serializers.UUIDField(source="run.uid", read_only=True, default=None)

    class Meta:
        model = TrainingJob
        fields = (
            *("id", "kind", "parameters", "state", "progress", "doing", "seconds_left", "error", "attempts"),
            *("created", "started", "finished", "run"),
        )


class RunOut(serializers.ModelSerializer[Run]):
    id = serializers.UUIDField(source="uid", read_only=True)
    record = serializers.UUIDField(source="record.uid", read_only=True, default=None)

    class Meta:
        model = Run
        fields = (
            *("id", "kind", "until", "horizon", "created", "rows_used", "left_out", "metrics"),
            *("dataset_root", "model_hash", "predictions_hash", "as_of_block", "record"),
        )


class RunDetail(RunOut):
    statement = serializers.JSONField(read_only=True)
    ledger = serializers.SerializerMethodField(help_text="What the ledger says now: verified, pending or mismatch.")

    class Meta(RunOut.Meta):
        fields = (*RunOut.Meta.fields, "statement", "ledger")  # type: ignore[assignment]

    def get_ledger(self, run: Run) -> dict[str, str]:
        found = selectors.confirm(run)
        return {"state": found.state, "words": found.words}


class Jobs(generics.ListAPIView[TrainingJob]):
    """Training jobs of your organisation, newest first; POST asks for one."""

    serializer_class = JobOut
    queryset = TrainingJob.objects.none()

    def get_permissions(self) -> list[Any]:
        roles = TRAINERS if self.request.method == "POST" else READERS
        return [has_role(*roles)()]

    def get_queryset(self) -> Any:
        return selectors.jobs(viewer_of(self.request)).select_related("run")

    @extend_schema(request=JobIn, responses={202: JobOut})
    def post(self, request: Request) -> Response:
        asked = JobIn(data=request.data)
        asked.is_valid(raise_exception=True)
        given = {name: str(value) if name == "until" else value for name, value in asked.validated_data.items()}
        given |= {name: None for name in request.data if name not in asked.fields}  # each is refused by its name
        kind = given.pop("kind")
        try:
            job = services.request_training(
                organisation=acting_organisation(request),
                user=request.user,  # type: ignore[arg-type]
                kind=kind,
                parameters=given,
            )
        except BadParameters as error:
            return problem(400, str(error))
        headers = {"Location": request.build_absolute_uri(f"{job.uid}/")}
        return Response(JobOut(job).data, status=status.HTTP_202_ACCEPTED, headers=headers)


class Job(generics.RetrieveAPIView[TrainingJob]):
    """One training job: its state and progress."""

    serializer_class = JobOut
    permission_classes = (has_role(*READERS),)
    queryset = TrainingJob.objects.none()
    lookup_field = "uid"

    def get_queryset(self) -> Any:
        return selectors.jobs(viewer_of(self.request)).select_related("run")


class Runs(generics.ListAPIView[Run]):
    """Finished trainings of your organisation, newest first."""

    serializer_class = RunOut
    permission_classes = (has_role(*READERS),)
    queryset = Run.objects.none()

    def get_queryset(self) -> Any:
        return selectors.runs(viewer_of(self.request)).select_related("record")


class OneRun(generics.RetrieveAPIView[Run]):
    """One run with its statement, and whether the ledger confirms it now."""

    serializer_class = RunDetail
    permission_classes = (has_role(*READERS),)
    queryset = Run.objects.none()
    lookup_field = "uid"

    def get_queryset(self) -> Any:
        return selectors.runs(viewer_of(self.request)).select_related("record")


class Forecasts(APIView):
    """What a run forecast, as JSON or, with `?as=csv` and `?as=parquet`, as files with the columns of the command.

    `fallbacks` names the series for which a simpler model had to speak, and why; `overrides` what people expect
    instead.
    """

    permission_classes = (has_role(*READERS),)

    @extend_schema(
        parameters=[OpenApiParameter("as", OpenApiTypes.STR, enum=["json", "csv", "parquet"])],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, parquet.TYPE): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, uid: UUID) -> Response | HttpResponseBase:
        run = get_object_or_404(selectors.runs(viewer_of(request)), uid=uid)
        if (form := request.query_params.get("as")) in FILES:
            return file_of(run, form)
        objects = as_objects(run.kind, lines_of_run(run))
        said = {"run": str(run.uid), "kind": run.kind, "forecasts": objects}
        if run.kind == Kind.DEMAND:
            said |= {"fallbacks": selectors.fallbacks(run), "overrides": expectations(run)}
        return Response(said)
