"""Forecasts under /api/v1/."""

from django.urls import path

from forecasting import api

urlpatterns = [
    path("forecasts/jobs/", api.Jobs.as_view(), name="api-forecast-jobs"),
    path("forecasts/jobs/<uuid:uid>/", api.Job.as_view(), name="api-forecast-job"),
    path("forecasts/runs/", api.Runs.as_view(), name="api-forecast-runs"),
    path("forecasts/runs/<uuid:uid>/", api.OneRun.as_view(), name="api-forecast-run"),
    path("forecasts/runs/<uuid:uid>/forecasts/", api.Forecasts.as_view(), name="api-forecasts"),
]
