"""Under `/epcis/`: the standard's own interface. Addresses work with and without a slash at the end."""

from django.urls import path, re_path

from traceapp.capture import api, event_api

urlpatterns = [
    re_path(r"^capture/?$", api.Capture.as_view(), name="epcis-capture"),
    re_path(r"^capture/(?P<uid>[0-9a-f-]{36})/?$", api.CaptureJobView.as_view(), name="epcis-capture-job"),
    re_path(r"^validate/?$", event_api.Validate.as_view(), name="epcis-validate"),
    path("capture/<str:name>", api.UnknownJob.as_view()),
]
