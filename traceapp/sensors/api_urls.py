from django.urls import path
from rest_framework.routers import SimpleRouter

from traceapp.sensors import api, devices_api, import_api

router = SimpleRouter(use_regex_path=False)
router.register("sensors/devices", devices_api.DeviceViewSet, basename="api-device")
urlpatterns = [
    path("sensors/messages", api.Messages.as_view(), name="api-sensors-messages"),
    path("sensors/devices/import/", import_api.Import.as_view(), name="api-device-import"),
    path("sensors/refusals/", devices_api.Refusals.as_view(), name="api-sensors-refusals"),
    *router.urls,
]
