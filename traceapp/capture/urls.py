"""Under `/capture/`: the pages of those who record."""

from django.urls import path

from traceapp.capture import import_views, views

app_name = "capture"
urlpatterns = [
    path("", views.log_step, name="log"),
    path("records/", views.records, name="records"),
    path("records/<uuid:uid>/", views.record, name="record"),
    path("records/<uuid:uid>/now/", views.record_now, name="record-now"),
    path("records/<uuid:uid>/receipt/", views.receipt, name="receipt"),
    path("jobs/<uuid:uid>/", views.job, name="job"),
    path("jobs/<uuid:uid>/receipt/", views.job_receipt, name="job-receipt"),
    path("import/", import_views.upload, name="import"),
    path("import/<uuid:uid>/", import_views.preview, name="import-file"),
]
