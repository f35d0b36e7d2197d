"""The Celery application. Tasks only nudge and work on job rows; no message is ever the only copy of anything."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")

app = Celery("traceapp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["forecasting"])
