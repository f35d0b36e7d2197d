"""Pages under /forecasts/scores/."""

from django.urls import path

from forecasting.scoring import demand, views

app_name = "scoring"
urlpatterns = [
    path("<uuid:run>/demand/<int:series>/", demand.demand, name="demand"),
    path("<uuid:run>/<uuid:record>/", views.score, name="score"),
    path("<uuid:run>/<uuid:record>/override/", views.override, name="override"),
    path("<uuid:run>/<uuid:record>/act/", views.act, name="act"),
]
