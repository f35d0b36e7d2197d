"""Scores under /api/v1/."""

from django.urls import path

from forecasting.scoring import api

urlpatterns = [
    path("forecasts/scores/<uuid:run>/<uuid:record>/", api.OneScore.as_view(), name="api-score"),
    path("forecasts/scores/<uuid:run>/<uuid:record>/decisions/", api.Decisions.as_view(), name="api-decisions"),
]
