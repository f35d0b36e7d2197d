from django.apps import AppConfig


class SensorsConfig(AppConfig):
    name = "traceapp.sensors"
    label = "sensors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from traceapp.ledger import documents, kinds
        from traceapp.sensors import keys_on_ledger, metrics
        from traceapp.sensors.kinds import SensorKind
        from traceapp.web.metrics import register

        kinds.register(SensorKind())
        documents.register(keys_on_ledger.PREFIX, keys_on_ledger.project, rows=keys_on_ledger.rows)
        register("sensors", metrics.collect)
