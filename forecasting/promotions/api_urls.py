"""Planned offers under /api/v1/."""

from django.urls import path

from forecasting.promotions import api

urlpatterns = [
    path("forecasts/promotions/", api.Promotions.as_view(), name="api-promotions"),
    path("forecasts/promotions/<uuid:uid>/", api.Promotion.as_view(), name="api-promotion"),
]
