from django.apps import AppConfig


class QueryConfig(AppConfig):
    name = "traceapp.query"
