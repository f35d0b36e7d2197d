"""Pages under /forecasts/scores/."""

from django.urls import path

from forecasting.scoring import demand, jobs, views

app_name = "scoring"
urlpatterns = [
    path("<uuid:run>/ask/", jobs.ask, name="ask"),
    path("jobs/<uuid:uid>/", jobs.job, name="job"),
    path("jobs/<uuid:uid>/progress/", jobs.progress, name="job-progress"),
    path("jobs/<uuid:uid>/cancel/", jobs.cancel, name="job-cancel"),
    path("<uuid:run>/demand/<int:series>/", demand.demand, name="demand"),
    path("<uuid:run>/<uuid:record>/", views.score, name="score"),
    path("<uuid:run>/<uuid:record>/override/", views.override, name="override"),
    path("<uuid:run>/<uuid:record>/act/", views.act, name="act"),
]
