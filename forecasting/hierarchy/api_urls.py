"""Brands and regions under /api/v1/."""

from django.urls import path

from forecasting.hierarchy import api

urlpatterns = [path("forecasts/runs/<uuid:uid>/groups/", api.Groups.as_view(), name="api-groups")]
