from django.urls import path

from traceapp.web import health
from traceapp.web.language import language

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics_page, name="metrics"),
    path("language/", language, name="language"),
]
