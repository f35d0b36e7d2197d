"""Pages under /forecasts/."""

from django.urls import path

from forecasting import views

app_name = "forecasting"
urlpatterns = [
    path("", views.index, name="index"),
    path("jobs/", views.jobs, name="jobs"),
    path("train/", views.train, name="train"),
    path("jobs/<uuid:uid>/cancel/", views.cancel, name="cancel"),
    path("demand/", views.demand, name="demand"),
    path("delay/", views.delay, name="delay"),
    path("runs/<uuid:uid>/", views.run, name="run"),
    path("runs/<uuid:uid>/left-out/", views.left_out, name="left-out"),
    path("runs/<uuid:uid>/forecast.csv", views.download, {"form": "csv"}, name="download"),
    path("runs/<uuid:uid>/forecast.parquet", views.download, {"form": "parquet"}, name="download-parquet"),
]
