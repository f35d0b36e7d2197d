"""Scores under /api/v1/."""

from django.urls import path

from forecasting.scoring import api

urlpatterns = [
    path("forecasts/scores/jobs/<uuid:uid>/", api.OneScoreJob.as_view(), name="api-score-job"),
    path("forecasts/scores/<uuid:run>/jobs/", api.ScoreJobs.as_view(), name="api-score-jobs"),
    path("forecasts/scores/<uuid:run>/<uuid:record>/", api.OneScore.as_view(), name="api-score"),
    path("forecasts/scores/<uuid:run>/<uuid:record>/decisions/", api.Decisions.as_view(), name="api-decisions"),
]
