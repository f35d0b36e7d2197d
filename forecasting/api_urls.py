"""Forecasts under /api/v1/."""

app_name = "forecasting-api"
urlpatterns: list[object] = []
