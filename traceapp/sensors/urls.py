from django.urls import path

from traceapp.sensors import device_views, views

app_name = "sensors"
urlpatterns = [
    path("", views.devices, name="devices"),
    path("devices/add/", device_views.add, name="add"),
    path("devices/import/", device_views.import_csv, name="import"),
    path("devices/<uuid:uid>/", views.device, name="device"),
    path("devices/<uuid:uid>/access/", views.access, name="access"),
    path("devices/<uuid:uid>/change/", device_views.change, name="change"),
    path("devices/<uuid:uid>/key/", device_views.rotate, name="rotate"),
    path("devices/<uuid:uid>/revoke/<str:kid>/", device_views.revoke, name="revoke"),
    path("devices/<uuid:uid>/withdraw/", device_views.withdraw, name="withdraw"),
    path("devices/<uuid:uid>/seen/", views.acknowledge, name="acknowledge"),
    path("unregistered/seen/", views.acknowledge_unknown, name="acknowledge-unknown"),
    path("messages/<uuid:uid>/", views.message, name="message"),
]
