from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "traceapp.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from traceapp.accounts import schema  # noqa: F401  (the extension is found once it is imported)
