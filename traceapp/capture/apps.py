from django.apps import AppConfig


class CaptureConfig(AppConfig):
    name = "traceapp.capture"
    label = "capture"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from traceapp.capture.kinds import EpcisKind
        from traceapp.ledger.kinds import register

        register(EpcisKind())
