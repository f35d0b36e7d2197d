"""Dwell times under /api/v1/."""

from django.urls import path

from forecasting.dwell import api

urlpatterns = [path("bottlenecks/", api.Bottlenecks.as_view(), name="api-bottlenecks")]
