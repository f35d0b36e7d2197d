"""Stocks under /api/v1/."""

from django.urls import path

from forecasting.inventory import api

urlpatterns = [path("forecasts/runs/<uuid:uid>/inventory/", api.Inventory.as_view(), name="api-inventory")]
