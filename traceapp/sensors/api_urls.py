from django.urls import path

from traceapp.sensors import api

urlpatterns = [
    path("sensors/messages", api.Messages.as_view(), name="api-sensors-messages"),
]
