"""Pages under /forecasts/models/."""

from django.urls import path

from forecasting.governance import views

app_name = "governance"
urlpatterns = [
    path("", views.index, name="index"),
    path("register/<uuid:uid>/", views.register, name="register"),
    path("jobs/<uuid:uid>/cancel/", views.cancel, name="cancel"),
    path("<str:model>/", views.version, name="version"),
    path("<str:model>/propose/", views.propose, name="propose"),
    path("<str:model>/vote/", views.vote, name="vote"),
    path("<str:model>/roll-back/", views.roll_back, name="roll-back"),
    path("<str:model>/monitor/", views.monitor, name="monitor"),
    path("<str:model>/metrics.csv", views.download, {"form": "csv"}, name="metrics-csv"),
    path("<str:model>/metrics.parquet", views.download, {"form": "parquet"}, name="metrics-parquet"),
]
