from django.urls import path
from django.views.i18n import set_language

from traceapp.web import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics_page, name="metrics"),
    path("language/", set_language, name="set_language"),
]
