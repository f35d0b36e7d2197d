from django.apps import AppConfig


class SensorsConfig(AppConfig):
    name = "traceapp.sensors"
    label = "sensors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from traceapp.ledger.kinds import register
        from traceapp.sensors.kinds import SensorKind

        register(SensorKind())
