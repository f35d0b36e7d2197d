"""Pages under /forecasts/."""


app_name = "forecasting"
urlpatterns: list[object] = []
