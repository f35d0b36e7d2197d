"""Pages under /forecasts/bottlenecks/."""

from django.urls import path

from forecasting.dwell import views

app_name = "dwell"
urlpatterns = [
    path("", views.index, name="index"),
    path("jobs/", views.jobs, name="jobs"),
    path("measure/", views.measure, name="measure"),
    path("jobs/<uuid:uid>/cancel/", views.cancel, name="cancel"),
    path("bottlenecks.csv", views.download, name="download"),
]
