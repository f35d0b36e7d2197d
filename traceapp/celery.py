"""The Celery application. Tasks only nudge and work on job rows; no message is ever the only copy of anything."""

import os

from celery import Celery
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")

if settings.CELERY_BROKER_URL.startswith("filesystem"):
    for folder in (settings.CELERY_QUEUE_DIR, settings.CELERY_QUEUE_DIR / "control"):
        folder.mkdir(parents=True, exist_ok=True)  # the transport lists them before it makes them
    TRANSPORT_ALIASES["filesystem"] = "traceapp.jobs.spool:Transport"

app = Celery("traceapp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["traceapp.jobs", "traceapp.capture", "traceapp.coldchain", "forecasting.governance"])
