from django.apps import AppConfig


class ExportingConfig(AppConfig):
    name = "exporting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from exporting import receivers  # noqa: F401 - deletes bundles with their exports
