"""Under `/epcis/`: the standard's own interface."""

from django.urls import path

from traceapp.capture import api

urlpatterns = [
    path("capture", api.Capture.as_view(), name="epcis-capture"),
    path("capture/", api.Capture.as_view()),
    path("capture/<uuid:uid>", api.CaptureJobView.as_view(), name="epcis-capture-job"),
    path("capture/<uuid:uid>/", api.CaptureJobView.as_view()),
    path("capture/<str:name>", api.UnknownJob.as_view()),
]
