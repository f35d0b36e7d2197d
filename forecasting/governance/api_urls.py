"""Models under /api/v1/."""

from django.urls import path

from forecasting.governance import api

urlpatterns = [
    path("models/", api.Versions.as_view(), name="api-models"),
    path("models/serving/", api.Serving.as_view(), name="api-models-serving"),
    path("models/<str:model>/", api.OneVersion.as_view(), name="api-model"),
    path("models/<str:model>/metrics/", api.Metrics.as_view(), name="api-model-metrics"),
]
